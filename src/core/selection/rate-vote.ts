import type { Drifts } from '../estimator/types.js';

/** Opinions of one group are not independent; a trusted source cannot be outvoted. */
export interface RateVoter {
  readonly group: string;
  readonly trusted: boolean;
}

export interface RateVerdict {
  /** Voters whose rate differs from the one rate of a majority. */
  readonly drifting: ReadonlySet<number>;
  /** Voters one of which must drift, while the data do not show yet which. */
  readonly contested: ReadonlySet<number>;
  /** Drift of each voter against the majority, ppb. Empty while all rates may be one. */
  readonly ppb: readonly number[];
}

const ONE_RATE: RateVerdict = { drifting: new Set(), contested: new Set(), ppb: [] };

/** A right source's time drifts by this against the others' (one standard deviation, ppb): servers steer, routes wander. */
const USUAL_DRIFT_PPB = 10;
/** −2 ln of the prior probability that a source drifts, with the width of its possible rates: one in a million. */
const EXCLUSION_COST = 28;
/** A set of sources is ruled out if another explains the drifts better by this, in −2 ln of the likelihood. */
const RULED_OUT = 15;
/** A source that has drifted does so no longer once its drift is below this share of what it was, by two sigmas. */
const STEADY_SHARE = 0.5;
/** With more voters than this the sets are searched one voter at a time. */
const MOST_TO_ENUMERATE = 9;

interface Hypothesis {
  readonly members: readonly number[];
  readonly cost: number;
}

/**
 * Right sources have one rate, that of time. Weighs the sets of voters that may be right, each more than half of the independent
 * ones: by χ² of the hypothesis that all drifts of the set are equal. `known`: the voters that drifted at the last vote, each
 * with the drift that was found first, ppb.
 */
export function rateVote(
  voters: readonly RateVoter[],
  drifts: Drifts,
  known: ReadonlyMap<number, number> = new Map(),
): RateVerdict {
  const everyone = voters.map((_, i) => i);
  if (known.size === 0 && misfit(everyone, drifts) < limitFor(everyone)) return ONE_RATE;
  const mayBeRight = majorityTest(voters);
  const isStillOut = (i: number, right: readonly number[]): boolean => stillDrifts(i, known.get(i), right, drifts);
  const steady = everyone.filter((i) => !known.has(i));
  if (mayBeRight(steady) && misfit(steady, drifts) < limitFor(steady))
    return verdictOf(steady, drifts, { isOut: (i) => isStillOut(i, steady), isContested: () => false });
  const hypotheses = setsOf(everyone, drifts)
    .filter(mayBeRight)
    .map((members) => ({ members, cost: misfit(members, drifts) + EXCLUSION_COST * (voters.length - members.length) }));
  const best = hypotheses.reduce((least, one) => (one.cost < least.cost ? one : least));
  const rivals = hypotheses.filter(({ cost }) => cost < best.cost + RULED_OUT);
  const isHopeless = best.members.length === voters.length && best.cost > limitFor(everyone);
  const isRuledOut = (i: number): boolean =>
    !best.members.includes(i) && leastWith(i, hypotheses) - best.cost > RULED_OUT;
  return verdictOf(best.members, drifts, {
    isOut: (i) => !isHopeless && (isRuledOut(i) || isStillOut(i, best.members)),
    isContested: (i) => isHopeless || rivals.some(({ members }) => !members.includes(i)),
  });
}

interface Tests {
  readonly isOut: (voter: number) => boolean;
  /** Asked for voters that are not out. */
  readonly isContested: (voter: number) => boolean;
}

function verdictOf(right: readonly number[], drifts: Drifts, { isOut, isContested }: Tests): RateVerdict {
  const rate = commonRate(right, drifts);
  const drifting = new Set<number>();
  const contested = new Set<number>();
  for (let i = 0; i < drifts.ppb.length; i++) {
    if (isOut(i)) drifting.add(i);
    else if (isContested(i)) contested.add(i);
  }
  return { drifting, contested, ppb: drifts.ppb.map((ppb) => ppb - rate) };
}

/** Returns the χ² from which on other sets are tried. That of many right voters is about as large as their number. */
const limitFor = ({ length }: readonly number[]): number =>
  RULED_OUT + EXCLUSION_COST + (length > MOST_TO_ENUMERATE ? length : 0);

/** A drift that is no longer seen, since less is known of it, has not ended for that. */
function stillDrifts(i: number, foundPpb: number | undefined, members: readonly number[], drifts: Drifts): boolean {
  if (foundPpb === undefined) return false;
  const others = members.filter((j) => j !== i);
  const nowPpb = Math.abs(drifts.ppb[i]! - commonRate(others, drifts));
  const sigmaPpb = Math.sqrt(Math.max(relativeVariance(i, members, drifts.covariance), 0));
  return nowPpb + 2 * sigmaPpb > STEADY_SHARE * Math.abs(foundPpb);
}

const leastWith = (i: number, hypotheses: readonly Hypothesis[]): number =>
  Math.min(...hypotheses.filter(({ members }) => members.includes(i)).map(({ cost }) => cost));

/** Returns the test whether these may be all right ones: a majority of the independent voters with all trusted ones. */
function majorityTest(voters: readonly RateVoter[]): (members: readonly number[]) => boolean {
  const groupsOf = (members: readonly number[]): number => new Set(members.map((i) => voters[i]!.group)).size;
  const everyone = voters.map((_, i) => i);
  const trusted = everyone.filter((i) => voters[i]!.trusted);
  const count = groupsOf(everyone);
  return (members) => groupsOf(members) * 2 > count && trusted.every((i) => members.includes(i));
}

/** Returns the sets to be weighed: all, or with many voters those to which leaving out one after the other leads. */
const setsOf = (everyone: readonly number[], drifts: Drifts): number[][] =>
  everyone.length > MOST_TO_ENUMERATE ? setsStepByStep(everyone, drifts) : subsetsOf(everyone);

function subsetsOf(everyone: readonly number[]): number[][] {
  const sets: number[][] = [];
  for (let bits = 1; bits < 2 ** everyone.length; bits++) sets.push(everyone.filter((i) => (bits >> i) & 1));
  return sets;
}

/** Leaves out the voter that fits worst, then the next, and so on; each time with all sets that leave out another one instead. */
function setsStepByStep(everyone: readonly number[], drifts: Drifts): number[][] {
  const sets: number[][] = [[...everyone]];
  let rest = [...everyone];
  while (rest.length > 2) {
    const without = rest.map((i) => rest.filter((j) => j !== i));
    sets.push(...without);
    rest = without.reduce((best, set) => (misfit(set, drifts) < misfit(best, drifts) ? set : best));
  }
  return sets;
}

/** Returns χ² of the hypothesis that all these drifts are one: of their differences from the first, so that no common part counts. */
function misfit(members: readonly number[], { ppb, covariance }: Drifts): number {
  const [first, ...others] = members;
  if (first === undefined || others.length === 0) return 0;
  const usual = USUAL_DRIFT_PPB ** 2;
  const n = others.length;
  const lower = new Float64Array(n * n);
  const solved = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const a = others[i]!;
    let value = ppb[a]! - ppb[first]!;
    for (let j = 0; j <= i; j++) {
      const b = others[j]!;
      let entry = covariance[a]![b]! - covariance[a]![first]! - covariance[first]![b]! + covariance[first]![first]!;
      entry += i === j ? 2 * usual : usual;
      for (let k = 0; k < j; k++) entry -= lower[i * n + k]! * lower[j * n + k]!;
      if (j < i) {
        lower[i * n + j] = entry / lower[j * n + j]!;
        value -= lower[i * n + j]! * solved[j]!;
      } else lower[i * n + j] = Math.sqrt(Math.max(entry, usual * 1e-6));
    }
    solved[i] = value / lower[i * n + i]!;
    sum += solved[i]! ** 2;
  }
  return sum;
}

/** Returns the mean drift of the members, weighted by what is known of each against the first. */
function commonRate(members: readonly number[], { ppb, covariance }: Drifts): number {
  const variances = members.map((i) => relativeVariance(i, members, covariance) + USUAL_DRIFT_PPB ** 2);
  const weights = variances.map((variance) => 1 / variance);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return members.reduce((total, i, k) => total + (weights[k]! / sum) * ppb[i]!, 0);
}

/** Returns the least variance of a member's drift against another member's. */
const relativeVariance = (i: number, members: readonly number[], covariance: Drifts['covariance']): number =>
  Math.min(
    ...members.filter((j) => j !== i).map((j) => covariance[i]![i]! - 2 * covariance[i]![j]! + covariance[j]![j]!),
  );
