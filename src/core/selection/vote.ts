import type { Ns } from '../../api/index.js';

/** The offset is within `centreNs` ± `halfNs`. */
export interface Interval {
  readonly centreNs: Ns;
  readonly halfNs: Ns;
}

export interface Opinion extends Interval {
  /** Opinions of one group are not independent: they count once. */
  readonly group: string;
  /** Admitted before: between equals the incumbents win. */
  readonly incumbent: boolean;
}

/** The stretch of offsets that the most independent opinions contain. */
export interface Overlap {
  readonly loNs: Ns;
  readonly hiNs: Ns;
  /** Independent opinions that contain it. */
  readonly votes: number;
  readonly incumbents: number;
  /** Independent opinions altogether. */
  readonly voters: number;
  /** A second, separate stretch has as many votes and incumbents. */
  readonly rivalled: boolean;
  /** A second, separate stretch has as many votes, whatever its incumbents. */
  readonly tied: boolean;
}

/**
 * Marzullo's sweep over the ends of the intervals (RFC 5905 §11.2.1). Of stretches with equal votes the one with more
 * incumbents wins, and of neighbouring ones then the one that more opinions hold, dependent ones too. Undefined without opinions.
 */
export function largestOverlap(opinions: readonly Opinion[]): Overlap | undefined {
  return unanimity(opinions) ?? sweep(opinions);
}

/** Fast path: all opinions are incumbents and still overlap. */
function unanimity(opinions: readonly Opinion[]): Overlap | undefined {
  let loNs = Number.NEGATIVE_INFINITY;
  let hiNs = Number.POSITIVE_INFINITY;
  for (const { centreNs, halfNs, incumbent } of opinions) {
    if (!incumbent) return undefined;
    loNs = Math.max(loNs, centreNs - halfNs);
    hiNs = Math.min(hiNs, centreNs + halfNs);
  }
  if (opinions.length === 0 || !(loNs < hiNs)) return undefined;
  const votes = countGroups(opinions);
  return { loNs, hiNs, votes, incumbents: opinions.length, voters: votes, rivalled: false, tied: false };
}

function sweep(opinions: readonly Opinion[]): Overlap | undefined {
  const ends = opinions.flatMap((opinion) => [
    { at: opinion.centreNs - opinion.halfNs, sign: 1, opinion },
    { at: opinion.centreNs + opinion.halfNs, sign: -1, opinion },
  ]);
  ends.sort((a, b) => a.at - b.at);
  const voters = countGroups(opinions);
  const holders = new Map<string, number>();
  let incumbents = 0;
  let held = 0;
  let heldByMost = 0;
  let best: Overlap | undefined;
  let isApart = false;
  const ties = new TieCount();
  ends.forEach(({ at, sign, opinion: { group, incumbent } }, i) => {
    const heldByGroup = (holders.get(group) ?? 0) + sign;
    if (heldByGroup === 0) holders.delete(group);
    else holders.set(group, heldByGroup);
    if (incumbent) incumbents += sign;
    held += sign;
    const hiNs = ends[i + 1]?.at ?? at;
    if (hiNs <= at) return;
    const stretch = { loNs: at, hiNs, votes: holders.size, incumbents, voters, rivalled: false, tied: false };
    ties.add(stretch.votes);
    const order = best === undefined ? 1 : compare(stretch, best);
    if (order > 0) heldByMost = 0;
    if (order > 0 || (order === 0 && !isApart && held > heldByMost)) {
      best = { ...stretch, rivalled: order === 0 && best!.rivalled };
      heldByMost = held;
    }
    if (order === 0 && isApart) best = { ...best!, rivalled: true };
    isApart = order < 0;
  });
  return best && { ...best, tied: ties.count > 1 };
}

/** Counts the separate stretches with the most votes. */
class TieCount {
  count = 0;
  #most = 0;
  #isWithin = false;

  add(votes: number): void {
    if (votes > this.#most) this.count = 0;
    const isWithin = votes >= this.#most;
    if (votes > this.#most || (isWithin && !this.#isWithin)) this.count++;
    this.#most = Math.max(this.#most, votes);
    this.#isWithin = isWithin;
  }
}

/** Returns true for more than half of the independent opinions without a rival. */
export const isMajority = ({ votes, voters, rivalled }: Overlap): boolean => votes * 2 > voters && !rivalled;

/** Returns true when two intervals have a point in common. */
export const touches = (a: Interval, b: Interval): boolean => Math.abs(a.centreNs - b.centreNs) <= a.halfNs + b.halfNs;

export const intervalOf = ({ loNs, hiNs }: Overlap): Interval => ({
  centreNs: (loNs + hiNs) / 2,
  halfNs: (hiNs - loNs) / 2,
});

function countGroups(opinions: readonly Opinion[]): number {
  const groups = new Set<string>();
  for (const { group } of opinions) groups.add(group);
  return groups.size;
}

const compare = (a: Overlap, b: Overlap): number => a.votes - b.votes || a.incumbents - b.incumbents;
