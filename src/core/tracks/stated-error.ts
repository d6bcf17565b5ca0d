import { type Claims, type Instant, NS_PER_S, type Ns } from '../../api/index.js';

/** The root distance that a source claims, and the statement since which it has only grown. */
export interface StatedError {
  readonly ns: Ns;
  readonly at: Instant;
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
 * Returns the rate at which a source may drift from true time by its own statements, ns/s: since it was first heard it has
 * stayed within its root distance on both sides, and the root distance may grow.
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
