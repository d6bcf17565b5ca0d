import type { Ns } from '../../api/index.js';

/** Growth of a bound, beside that of sigma, until the source that gives it answers again. */
export interface BoundGrowth {
  /** Drift of the source's time by its own statement, ns/s. */
  readonly driftPpb: number;
  /** Greatest sudden change of the clock's rate, ns/s. */
  readonly tolerancePpb: number;
  /** Time since the last answer of the source, s. */
  readonly ageS: number;
  /** The source's next answer is awaited up to this age, s. */
  readonly awaitedS: number;
}

/** A bound that stays. */
export const STEADY: BoundGrowth = { driftPpb: 0, tolerancePpb: 0, ageS: 0, awaitedS: 0 };
/** Default of `frequency-tolerance`, ppb. Warming up by 20 K changes the rate of an ordinary crystal by up to this. */
export const USUAL_TOLERANCE_PPB = 5000;
/**
 * A change of the rate counts from this age of the answer on, s. Rates change with temperature, over seconds; and a source that is
 * heard each second shows a change at once.
 */
const COUNTS_FROM_S = 2;

/** Returns a growth that is at least as great as both from now on. */
export function greaterOf(a: BoundGrowth, b: BoundGrowth): BoundGrowth {
  const ageS = Math.max(a.ageS, b.ageS);
  return {
    driftPpb: Math.max(a.driftPpb, b.driftPpb),
    tolerancePpb: Math.max(a.tolerancePpb, b.tolerancePpb),
    ageS,
    awaitedS: ageS + Math.max(a.awaitedS - a.ageS, b.awaitedS - b.ageS),
  };
}

/**
 * Returns the growth of a bound in the next `seconds`. A change of the clock's rate shows with the next answer. So the bound
 * grows by the greatest change while an answer is awaited. Later nothing would ever show one: from then on the bound grows by what the oscillator has shown that it can do, which is in sigma.
 */
export const grownNs = (growth: BoundGrowth, seconds: number): Ns =>
  growth.driftPpb * seconds + unseenNs(growth, growth.ageS + seconds) - unseenNs(growth);

/** Returns the greatest error by a change of the clock's rate that no answer can have shown yet, at this age of the last one. */
export const unseenNs = ({ tolerancePpb, awaitedS, ageS: presentS }: BoundGrowth, ageS = presentS): Ns =>
  tolerancePpb * Math.max(0, Math.min(ageS, awaitedS) - COUNTS_FROM_S);
