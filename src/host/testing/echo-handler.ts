import { defineHandler } from '../../api/index.js';

/** First octets of requests that end the handler in other ways than with an echo. */
export const THROW = 0xee;
export const HANG = 0xdd;

/** A handler for tests: sends each request back, with `mark` as its second octet and its own index as the third. */
export default defineHandler<{ readonly mark: number }>(({ mark }, { index }) => ({
  answer({ requests, replies, requestOctets, replyOctets }, first, end) {
    for (let slot = first; slot < end; slot++) {
      const request = requests[slot]!;
      if (request[0] === THROW) throw new Error('the test wants it');
      while (request[0] === HANG);
      replies[slot]!.set(request.subarray(0, requestOctets[slot]!));
      replies[slot]!.set([mark, index], 1);
      replyOctets[slot] = requestOctets[slot]!;
    }
  },
  unsent() {},
}));
