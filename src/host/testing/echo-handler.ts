import { defineHandler } from '../../api/index.js';

/** First octets of requests that end the handler in other ways than with an echo. */
export const THROW = 0xee;
export const HANG = 0xdd;
/** First octets of requests whose reply is followed by its stamp: the same octet, then seconds and nanoseconds. */
export const FOLLOWED = 0xf0;
export const FOLLOWED_FROM_NEXT = 0xf1;

/** A handler for tests: sends each request back, with `mark` as its second octet and its own index as the third. */
export default defineHandler<{ readonly mark: number }>(({ mark }, { index }) => ({
  answer({ requests, replies, requestOctets, replyOctets, tickets }, first, end) {
    for (let slot = first; slot < end; slot++) {
      const request = requests[slot]!;
      if (request[0] === THROW) throw new Error('the test wants it');
      while (request[0] === HANG);
      if (request[0] === FOLLOWED || request[0] === FOLLOWED_FROM_NEXT) tickets[slot] = request[0];
      replies[slot]!.set(request.subarray(0, requestOctets[slot]!));
      replies[slot]!.set([mark, index], 1);
      replyOctets[slot] = requestOctets[slot]!;
    }
  },
  stamped({ tickets, sentS, sentNs, followUps, followUpOctets, fromNextPort }, count) {
    for (let slot = 0; slot < count; slot++) {
      const view = new DataView(followUps[slot]!.buffer, followUps[slot]!.byteOffset);
      view.setUint8(0, tickets[slot]!);
      view.setUint32(1, sentS[slot]!, true);
      view.setUint32(5, sentNs[slot]!, true);
      followUpOctets[slot] = 9;
      fromNextPort[slot] = tickets[slot] === FOLLOWED_FROM_NEXT ? 1 : 0;
    }
  },
  unsent() {},
}));
