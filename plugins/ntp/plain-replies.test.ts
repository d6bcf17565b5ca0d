import { expect } from 'chai';
import fc from 'fast-check';
import { RequestBatch } from 'timehub/api';
import { HEADER_OCTETS, respond } from 'timehub/protocol/ntp';
import { PlainReplies } from './plain-replies.js';

const word = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1));
const octets = fc.uint8Array({ minLength: HEADER_OCTETS, maxLength: HEADER_OCTETS });

describe('plain replies', () => {
  it('are those of the general server, octet by octet', () => {
    let written = 0;
    fc.assert(
      fc.property(
        fc.record({
          header: octets,
          request: octets,
          length: fc.constantFrom(48, 48, 48, 47, 52, 0),
          slot: fc.nat(63),
        }),
        fc.record({ receiveSeconds: word, receiveFraction: word, transmitSeconds: word, transmitFraction: word }),
        fc.record({
          versions: fc.constantFrom(0b11110, 0b11000, 0b111110, 255, 0),
          isLater: fc.boolean(),
          isClient: fc.boolean(),
          isNew: fc.boolean(),
          asksForV5: fc.boolean(),
        }),
        ({ header, request, length, slot }, times, { versions, isLater, isClient, isNew, asksForV5 }) => {
          const batch = new RequestBatch();
          if (isClient) request[0] = (request[0]! & 0xf8) | 3;
          if (asksForV5) request.set(Buffer.from('NTP5DRFT'), 16);
          if (isNew) header.fill(0, 16, 24);
          if (isLater) times = { ...times, transmitSeconds: times.receiveSeconds };
          batch.requests[slot]!.set(request);
          batch.requestOctets[slot] = length;
          const context = { ...times, header, versions, admission: 'serve', clientPort: 1 } as const;
          const words = new Int32Array(header.slice().buffer);
          if (!new PlainReplies(words, versions).write(batch, slot, context)) {
            expect(batch.replyOctets[slot]).to.equal(0);
            expect(batch.replies[slot]!.every((octet) => octet === 0)).to.equal(true);
            return;
          }
          written++;
          const expected = new Uint8Array(HEADER_OCTETS);
          expect(respond(request, length, context, expected)).to.equal(batch.replyOctets[slot]);
          expect(batch.replies[slot]!.slice(0, HEADER_OCTETS)).to.deep.equal(expected);
        },
      ),
      { numRuns: 3000 },
    );
    expect(written).to.be.above(100);
  });
});
