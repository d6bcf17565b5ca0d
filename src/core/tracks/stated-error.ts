import { type Claims, type Instant, NS_PER_S, type Ns } from '../../api/index.js';

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

/**
 * Returns the rate at which the time of a source may leave the truth, ns/s, by its own statements: it has run within its root
 * distance on both sides since it was first heard, and that distance may grow. A source that is still being corrected itself
 * teaches a rate that is far from the truth.
 */
export function statedDriftPpb(stated: StatedError | undefined, heardForNs: Ns): number {
  if (stated === undefined) return 0;
  const withinPpb = (2 * stated.ns) / Math.max(heardForNs / NS_PER_S, 1);
  return Math.max(withinPpb, growthPpb(stated));
}

function growthPpb({ ns, at, lowNs, lowAt }: StatedError): number {
  if (at === lowAt) return 0;
  return Math.max(0, ns - lowNs - ROUNDING_NS) / (Number(at - lowAt) / NS_PER_S);
}
