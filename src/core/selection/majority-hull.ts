import type { Ns } from '../../api/index.js';
import type { Interval } from './vote.js';

/** The interval for which one voter vouches. An infinite one holds every point. */
export interface VouchedInterval extends Interval {
  /** Intervals of one group are not independent: the group is one voter, and holds a point if one of its intervals does. */
  readonly group: string;
}

/** The stretch from the least to the greatest point that more than half of the independent voters hold. */
export interface MajorityHull {
  readonly loNs: Ns;
  readonly hiNs: Ns;
}

/**
 * Returns the hull of all points that a majority holds; undefined without one. If fewer than half of the voters are wrong, the
 * others are more than half and all hold the truth, so the truth is in the hull, also where the points lie in several
 * stretches. A stretch begins where an interval begins and ends where one ends, so that only these points have to be tested.
 */
export function majorityHull(vouched: readonly VouchedInterval[]): MajorityHull | undefined {
  const votes = new VoteCount(vouched);
  let loNs = Number.POSITIVE_INFINITY;
  let hiNs = Number.NEGATIVE_INFINITY;
  for (const one of vouched) {
    if (lowEnd(one) < loNs && votes.isHeld(lowEnd(one))) loNs = lowEnd(one);
    if (highEnd(one) > hiNs && votes.isHeld(highEnd(one))) hiNs = highEnd(one);
  }
  return loNs <= hiNs ? { loNs, hiNs } : undefined;
}

/** Counts the groups that hold a point. */
class VoteCount {
  private readonly vouched: readonly VouchedInterval[];
  /** Index of the group of each interval, and the number of groups. */
  private readonly groupOf: Int32Array;
  private readonly groups: number;
  /** For each group: the last test in which it was counted. */
  private readonly countedFor: Int32Array;
  private tests = 0;

  constructor(vouched: readonly VouchedInterval[]) {
    this.vouched = vouched;
    this.groupOf = new Int32Array(vouched.length);
    let groups = 0;
    for (let i = 0; i < vouched.length; i++) {
      const first = vouched.findIndex(({ group }) => group === vouched[i]!.group);
      this.groupOf[i] = first === i ? groups++ : this.groupOf[first]!;
    }
    this.groups = groups;
    this.countedFor = new Int32Array(groups);
  }

  /** Returns true if a majority of the groups holds the point. */
  isHeld(atNs: Ns): boolean {
    const { vouched, groupOf, countedFor } = this;
    this.tests++;
    let holders = 0;
    for (let i = 0; i < vouched.length; i++) {
      const group = groupOf[i]!;
      if (countedFor[group] === this.tests || atNs < lowEnd(vouched[i]!) || atNs > highEnd(vouched[i]!)) continue;
      countedFor[group] = this.tests;
      holders++;
    }
    return holders * 2 > this.groups;
  }
}

/** Returns the distance of the hull's farther end from zero. */
export const farthestNs = ({ loNs, hiNs }: MajorityHull): Ns => Math.max(Math.abs(loNs), Math.abs(hiNs));

const lowEnd = ({ centreNs, halfNs }: Interval): Ns => centreNs - halfNs;
const highEnd = ({ centreNs, halfNs }: Interval): Ns => centreNs + halfNs;
