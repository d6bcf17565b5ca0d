import { expect } from 'chai';
import fc from 'fast-check';
import { decode, encode } from './codec.js';
import type { Message } from './message.js';
import { MESSAGE_KINDS, messageOf, TLV_KINDS, tlvOf } from './testing/arbitrary.js';

/** Encodes and decodes in a longer buffer that contained other octets. */
function survives(message: Message): void {
  const buffer = new Uint8Array(4096).fill(0xa5);
  expect(decode(buffer.subarray(0, encode(message, buffer)))).to.deep.equal(message);
}

describe('decoding an encoded message', () => {
  for (const kind of MESSAGE_KINDS) {
    it(kind, () => {
      fc.assert(fc.property(messageOf(kind), (message) => survives(message)));
    });
  }
  for (const kind of TLV_KINDS) {
    it(`${kind}, a TLV`, () => {
      fc.assert(
        fc.property(messageOf('signaling'), fc.array(tlvOf(kind), { minLength: 1, maxLength: 3 }), (carrier, tlvs) =>
          survives({ ...carrier, tlvs }),
        ),
      );
    });
  }
});

describe('a buffer that is too short', () => {
  it('is refused with a RangeError wherever it ends', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MESSAGE_KINDS).chain(messageOf), fc.nat(), (message, cut) => {
        const length = encode(message, new Uint8Array(4096));
        expect(() => encode(message, new Uint8Array(cut % length))).to.throw(RangeError);
      }),
    );
  });
});
