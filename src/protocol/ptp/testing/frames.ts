import fc from 'fast-check';
import { encode } from '../codec.js';
import { MESSAGE_KINDS, messageOf } from './arbitrary.js';

/** Returns a random integer from 0 to limit − 1. */
export type Below = (limit: number) => number;

/** xorshift32, which returns the same numbers in every run. `seed`: not 0. */
export function generator(seed: number): Below {
  let x = seed;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % limit;
  };
}

/** Valid frames of every kind, which together contain TLVs of every kind. */
export function goodFrames(seed: number): readonly Uint8Array[] {
  const buffer = new Uint8Array(8192);
  return MESSAGE_KINDS.flatMap((kind) =>
    fc.sample(messageOf(kind), { seed, numRuns: 40 }).map((message) => buffer.slice(0, encode(message, buffer))),
  );
}

/** Returns a valid frame with octets changed, cut off, added or taken from another; or random octets. */
export function mutate(frames: readonly Uint8Array[], below: Below): Uint8Array {
  if (below(16) === 0) return Uint8Array.from({ length: below(200) }, () => below(256));
  const good = frames[below(frames.length)]!;
  const frame = new Uint8Array(below(4) === 0 ? below(good.length + 40) : good.length);
  frame.set(good.subarray(0, frame.length));
  if (below(8) === 0) {
    const at = below(frame.length + 1);
    const other = frames[below(frames.length)]!.subarray(44);
    frame.set(other.subarray(0, frame.length - at), at);
  }
  if (below(4) === 0 && frame.length > 3) {
    frame[2] = frame.length >> 8;
    frame[3] = frame.length;
  }
  for (let i = below(4); i > 0 && frame.length > 0; i--) frame[below(frame.length)] = below(256);
  return frame;
}
