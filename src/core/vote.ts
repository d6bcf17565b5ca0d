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
  const ends = opinions.flatMap((opinion) => [
    { at: opinion.centreNs - opinion.halfNs, opens: true, opinion },
    { at: opinion.centreNs + opinion.halfNs, opens: false, opinion },
  ]);
  ends.sort((a, b) => a.at - b.at);
  const voters = new Set(opinions.map(({ group }) => group)).size;
  const holders = new Map<string, number>();
  let incumbents = 0;
  let best: (Overlap & { readonly incumbents: number }) | undefined;
  ends.forEach(({ at, opens, opinion: { group, incumbent } }, i) => {
    const sign = opens ? 1 : -1;
    const held = (holders.get(group) ?? 0) + sign;
    if (held === 0) holders.delete(group);
    else holders.set(group, held);
    if (incumbent) incumbents += sign;
    const next = ends[i + 1]?.at ?? at;
    if (next <= at) return;
    const stretch = { loNs: at, hiNs: next, votes: holders.size, voters, incumbents };
    if (best === undefined || beats(stretch, best)) best = stretch;
  });
  return best;
}

/** More than half of the independent opinions. */
export const isMajority = (overlap: Overlap): boolean => overlap.votes * 2 > overlap.voters;

/** Whether an opinion is compatible with the stretch. */
export const touches = ({ centreNs, halfNs }: Pick<Opinion, 'centreNs' | 'halfNs'>, loNs: Ns, hiNs: Ns): boolean =>
  centreNs - halfNs <= hiNs && centreNs + halfNs >= loNs;

function beats(a: Overlap & { incumbents: number }, b: Overlap & { incumbents: number }): boolean {
  if (a.votes !== b.votes) return a.votes > b.votes;
  if (a.incumbents !== b.incumbents) return a.incumbents > b.incumbents;
  return a.hiNs - a.loNs < b.hiNs - b.loNs;
}
