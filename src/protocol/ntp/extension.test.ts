import { expect } from 'chai';
import { readTrailer } from './extension.js';
import { packetWith } from './testing/packets.js';

const read = (packet: Uint8Array, version = 4) => readTrailer(packet, packet.length, version);

describe('the part of a packet after the header', () => {
  it('may be empty', () => expect(read(packetWith())).to.deep.equal({ fields: [], macLength: 0 }));

  it('is read field by field', () => {
    expect(read(packetWith([0x104, 36, 36], [0x2005, 16, 16], [7, 28, 28]))).to.deep.equal({
      fields: [
        { type: 0x104, start: 48, length: 36 },
        { type: 0x2005, start: 84, length: 16 },
        { type: 7, start: 100, length: 28 },
      ],
      macLength: 0,
    });
  });

  for (const [what, packet] of [
    ['a length that is no multiple of 4', packetWith([1, 30, 32])],
    ['lengths that are multiples of 4 only together', packetWith([1, 30, 30], [1, 30, 30])],
    ['a packet that is no multiple of 4', packetWith([1, 30, 30])],
    ['a length below 4', packetWith([1, 0, 32])],
    ['a length below 16', packetWith([1, 12, 32])],
    ['a length beyond the end', packetWith([1, 36, 32])],
    ['a remainder of 8 octets', packetWith([1, 28, 28], [1, 8, 8])],
    ['a remainder of 12 octets', packetWith([1, 12, 12])],
  ] as const) {
    it(`is malformed with ${what} (C1)`, () => expect(read(packet)).to.equal(undefined));
  }

  for (const macLength of [4, 20, 24]) {
    it(`is a MAC in the last ${macLength} octets, even if it reads as a field (C2)`, () => {
      expect(read(packetWith([1, 28, 28], [1, macLength, macLength]))).to.deep.equal({
        fields: [{ type: 1, start: 48, length: 28 }],
        macLength,
      });
    });
  }

  it('is a MAC of any length in NTPv3', () => {
    expect(read(packetWith([1, 28, 28]), 3)).to.deep.equal({ fields: [], macLength: 28 });
    expect(read(packetWith([1, 72, 72]), 3)).to.equal(undefined);
  });
});
