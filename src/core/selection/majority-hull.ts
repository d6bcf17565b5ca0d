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
  const groups = [...new Set(vouched.map(({ group }) => group))];
  const groupOf = vouched.map(({ group }) => groups.indexOf(group));
  const countedFor = new Int32Array(groups.length);
  let test = 0;
  const isHeld = (atNs: Ns): boolean => {
    test++;
    let holders = 0;
    for (const [i, one] of vouched.entries()) {
      if (countedFor[groupOf[i]!] === test || atNs < lowEnd(one) || atNs > highEnd(one)) continue;
      countedFor[groupOf[i]!] = test;
      holders++;
    }
    return holders * 2 > groups.length;
  };
  let loNs = Number.POSITIVE_INFINITY;
  let hiNs = Number.NEGATIVE_INFINITY;
  for (const one of vouched) {
    if (lowEnd(one) < loNs && isHeld(lowEnd(one))) loNs = lowEnd(one);
    if (highEnd(one) > hiNs && isHeld(highEnd(one))) hiNs = highEnd(one);
  }
  return loNs <= hiNs ? { loNs, hiNs } : undefined;
}

/** Returns the distance of the hull's farther end from zero. */
export const farthestNs = ({ loNs, hiNs }: MajorityHull): Ns => Math.max(Math.abs(loNs), Math.abs(hiNs));

const lowEnd = ({ centreNs, halfNs }: Interval): Ns => centreNs - halfNs;
const highEnd = ({ centreNs, halfNs }: Interval): Ns => centreNs + halfNs;
