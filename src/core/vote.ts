import type { Ns } from '../api/index.js';

/** One opinion: the truth is within `centreNs` ± `halfNs`. Opinions of one `group` are not independent: they count once. */
export interface Opinion {
  readonly key: string;
  readonly group: string;
  readonly centreNs: Ns;
  readonly halfNs: Ns;
  /** It was in force before: between equals the incumbents stay. */
  readonly incumbent: boolean;
}

/** The stretch where most independent opinions overlap. */
export interface Overlap {
  readonly loNs: Ns;
  readonly hiNs: Ns;
  /** Independent opinions that hold it. */
  readonly votes: number;
  /** Independent opinions asked. */
  readonly voters: number;
}

/**
 * Marzullo's sweep over the ends of the intervals (RFC 5905 §11.2.1). Between stretches with equal votes the one with more
 * incumbents wins, then the narrower. Undefined without opinions.
 */
export function largestOverlap(opinions: readonly Opinion[]): Overlap | undefined {
  const ends = opinions.flatMap(({ centreNs, halfNs }) => [centreNs - halfNs, centreNs + halfNs]).sort((a, b) => a - b);
  const voters = new Set(opinions.map((opinion) => opinion.group)).size;
  let best: (Overlap & { readonly incumbents: number }) | undefined;
  for (let i = 0; i + 1 < ends.length; i++) {
    const [loNs, hiNs] = [ends[i]!, ends[i + 1]!];
    if (loNs === hiNs) continue;
    const holders = opinions.filter((opinion) => holds(opinion, loNs, hiNs));
    const votes = new Set(holders.map((opinion) => opinion.group)).size;
    const incumbents = holders.filter((opinion) => opinion.incumbent).length;
    const overlap = { loNs, hiNs, votes, voters, incumbents };
    if (best === undefined || beats(overlap, best)) best = overlap;
  }
  return best;
}

/** More than half of the independent opinions. */
export const isMajority = (overlap: Overlap): boolean => overlap.votes * 2 > overlap.voters;

/** Whether an opinion is compatible with the stretch. */
export const touches = ({ centreNs, halfNs }: Pick<Opinion, 'centreNs' | 'halfNs'>, loNs: Ns, hiNs: Ns): boolean =>
  centreNs - halfNs <= hiNs && centreNs + halfNs >= loNs;

const holds = ({ centreNs, halfNs }: Opinion, loNs: Ns, hiNs: Ns): boolean =>
  centreNs - halfNs <= loNs && centreNs + halfNs >= hiNs;

function beats(a: Overlap & { incumbents: number }, b: Overlap & { incumbents: number }): boolean {
  if (a.votes !== b.votes) return a.votes > b.votes;
  if (a.incumbents !== b.incumbents) return a.incumbents > b.incumbents;
  return a.hiNs - a.loNs < b.hiNs - b.loNs;
}
