import { availableParallelism } from 'node:os';
import * as v from 'valibot';
import { described } from '../api/schema.js';

const MOST = 64;
const MOST_AUTOMATIC = 4;
const WHAT = `"auto" or a whole number from 0 to ${MOST}`;

/** The configuration key `threads` of a server. `note`: a sentence about it. */
export const workerThreads = (note = '') =>
  described(
    v.optional(v.union([v.literal('auto'), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST))], WHAT), 0),
    `Threads that only answer requests, 10 MB each. 0: the hub answers them beside its other work, which suffices for some 5,000 a second. auto: one for two processors, at most 4.${note === '' ? '' : ` ${note}`}`,
  );

/** Returns the number of threads for a value of `workerThreads`. */
export const threadCount = (choice: number | 'auto'): number =>
  choice === 'auto' ? Math.min(MOST_AUTOMATIC, Math.max(1, availableParallelism() >> 1)) : choice;
