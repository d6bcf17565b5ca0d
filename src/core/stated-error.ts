import { type Claims, type Instant, NS_PER_S, type Ns } from '../api/index.js';

/** The root distance that a source states of itself, and since when it has grown. */
export interface StatedError {
  readonly ns: Ns;
  readonly at: Instant;
  /** The statement from which on it has only grown. */
  readonly lowNs: Ns;
  readonly lowAt: Instant;
}

/** Root delay and dispersion are rounded to 2^-16 s (RFC 5905 §6). */
const ROUNDING_NS: Ns = 1.5 * 2 ** -16 * NS_PER_S;

export function statedError(
  { rootDelayNs = 0, rootDispersionNs = 0 }: Claims,
  at: Instant,
  before?: StatedError,
): StatedError {
  const ns = rootDelayNs / 2 + rootDispersionNs;
  const { lowNs, lowAt } = before === undefined || ns < before.ns ? { lowNs: ns, lowAt: at } : before;
  return { ns, at, lowNs, lowAt };
}

/** How fast the time of the source may run away, as it says itself, ns/s. */
export function statedDriftPpb(stated: StatedError | undefined): number {
  if (stated === undefined || stated.at === stated.lowAt) return 0;
  return Math.max(0, stated.ns - stated.lowNs - ROUNDING_NS) / (Number(stated.at - stated.lowAt) / NS_PER_S);
}
