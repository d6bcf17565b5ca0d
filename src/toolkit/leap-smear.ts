import type { TimeState } from '../api/state.js';
import { type Instant, NS_PER_S, type Ns } from '../api/time.js';

/** Shape of a smear: constant rate, or one that begins and ends gently. */
export type SmearShape = 'linear' | 'cosine';

/** Difference of the served time to UTC, and its rate of change, ns/s. */
export interface Smear {
  readonly offsetNs: Ns;
  readonly ratePpb: number;
}

const HALF_NS: Ns = 43_200 * NS_PER_S;
export const NO_SMEAR: Smear = { offsetNs: 0, ratePpb: 0 };

/**
 * Returns what a server that smears leap seconds adds to UTC: it serves the second in parts from noon before the leap to noon after
 * it, 86,401 s for an inserted one, as the large public servers that smear do. No standard describes this; all servers of a client
 * must smear alike. `utc`: between two leap seconds the same as UTC.
 */
export function smearAt(utc: Instant, nearest: TimeState['leap']['nearest'], shape: SmearShape): Smear {
  if (nearest === undefined) return NO_SMEAR;
  const { at, seconds, passed } = nearest;
  const lengthNs = 2 * HALF_NS + seconds * NS_PER_S;
  // Time since noon before the leap. UTC does not count an inserted second.
  const sinceNs = Number(utc - at) + HALF_NS + (passed ? seconds * NS_PER_S : 0);
  if (sinceNs <= 0 || sinceNs >= lengthNs) return NO_SMEAR;
  const done = sinceNs / lengthNs;
  const leapNs = seconds * NS_PER_S;
  const { share, slope } = progress(done, shape);
  return { offsetNs: (passed ? leapNs : 0) - share * leapNs, ratePpb: (-slope * leapNs) / (lengthNs / NS_PER_S) };
}

/** Returns the part of the leap that is served after this part of the time, and its derivative. */
function progress(done: number, shape: SmearShape): { readonly share: number; readonly slope: number } {
  if (shape === 'linear') return { share: done, slope: 1 };
  return { share: (1 - Math.cos(Math.PI * done)) / 2, slope: (Math.PI / 2) * Math.sin(Math.PI * done) };
}
