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
  /** Drift of each voter against the majority, ppb. */
  readonly ppb: readonly number[];
}

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
  const all: Hypothesis = { members: everyone, cost: misfit(everyone, drifts) };
  const nothing = { drifting: new Set<number>(), contested: new Set<number>(), ppb: drifts.ppb.map(() => 0) };
  // χ² of many right voters is about as large as their number.
  const expected = voters.length > MOST_TO_ENUMERATE ? voters.length : 0;
  if (known.size === 0 && all.cost < RULED_OUT + EXCLUSION_COST + expected) return nothing;
  const hypotheses = [all, ...majorities(voters, drifts)];
  const best = hypotheses.reduce((least, one) => (one.cost < least.cost ? one : least));
  if (best === all && all.cost > RULED_OUT + EXCLUSION_COST) return { ...nothing, contested: new Set(everyone) };
  const rival = hypotheses.filter(({ cost }) => cost < best.cost + RULED_OUT);
  const drifting = new Set<number>();
  const contested = new Set<number>();
  for (const i of everyone) {
    const isOut = !best.members.includes(i) && leastWith(i, hypotheses) - best.cost > RULED_OUT;
    if (isOut || stillDrifts(i, known.get(i), best.members, drifts)) drifting.add(i);
    else if (rival.some(({ members }) => !members.includes(i))) contested.add(i);
  }
  const rate = commonRate(best.members, drifts);
  return { drifting, contested, ppb: drifts.ppb.map((ppb) => ppb - rate) };
}

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

/** Returns every set of voters that may be right, except that of all: a majority of the independent ones with all trusted ones. */
function majorities(voters: readonly RateVoter[], drifts: Drifts): Hypothesis[] {
  const count = new Set(voters.map(({ group }) => group)).size;
  const everyone = voters.map((_, i) => i);
  const isAllowed = (members: readonly number[]): boolean =>
    new Set(members.map((i) => voters[i]!.group)).size * 2 > count &&
    everyone.every((i) => !voters[i]!.trusted || members.includes(i));
  const hypothesisOf = (members: readonly number[]): Hypothesis => ({
    members,
    cost: misfit(members, drifts) + EXCLUSION_COST * (voters.length - members.length),
  });
  const sets = voters.length > MOST_TO_ENUMERATE ? setsStepByStep(everyone, drifts) : subsetsOf(everyone);
  return sets.filter(isAllowed).map(hypothesisOf);
}

function subsetsOf(everyone: readonly number[]): number[][] {
  const sets: number[][] = [];
  for (let bits = 1; bits < 2 ** everyone.length - 1; bits++) sets.push(everyone.filter((i) => (bits >> i) & 1));
  return sets;
}

/** Leaves out the voter that fits worst, then the next, and so on; each time with all sets that leave out another one instead. */
function setsStepByStep(everyone: readonly number[], drifts: Drifts): number[][] {
  const sets: number[][] = [];
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
  const lower: number[][] = [];
  const solved: number[] = [];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = new Array<number>(n).fill(0);
    lower.push(row);
    let value = ppb[others[i]!]! - ppb[first]!;
    for (let j = 0; j <= i; j++) {
      const [a, b] = [others[i]!, others[j]!];
      let entry = covariance[a]![b]! - covariance[a]![first]! - covariance[first]![b]! + covariance[first]![first]!;
      entry += i === j ? 2 * usual : usual;
      for (let k = 0; k < j; k++) entry -= row[k]! * lower[j]![k]!;
      if (j < i) {
        row[j] = entry / lower[j]![j]!;
        value -= row[j]! * solved[j]!;
      } else row[j] = Math.sqrt(Math.max(entry, usual * 1e-6));
    }
    solved[i] = value / row[i]!;
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
