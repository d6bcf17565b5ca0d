import type { Candidate } from './candidate.js';
import type { CoreOptions } from './input.js';
import { list } from './sentence.js';
import type { Source } from './source.js';
import { type Interval, intervalOf, isMajority, largestOverlap, type Opinion, type Overlap, touches } from './vote.js';

export interface Verdict {
  readonly overlap: Overlap | undefined;
  /** Where the majority has the truth; undefined without one. */
  readonly truth: Interval | undefined;
  /** Independent candidates behind it. */
  readonly votes: number;
  /** Why nobody may be followed although there is somebody to judge. */
  readonly obstacle: string;
}

const OWN = 'own time';

/**
 * Finds the majority. Trusted sources decide alone. Without a majority those that the operator prefers decide, then those
 * that were not disproved before. `own`: the time kept so far, which counts as one opinion.
 */
export function elect(
  electorate: readonly Candidate[],
  own: Interval | undefined,
  sources: readonly Source[],
  { minAgreeing }: CoreOptions,
): Verdict {
  if (electorate.length === 0) return { overlap: undefined, truth: undefined, votes: 0, obstacle: '' };
  const overlap = decisive(electorate, own);
  if (overlap === undefined) {
    const obstacle = own === undefined ? 'no majority of the sources agrees' : CONTRADICTION;
    return { overlap, truth: undefined, votes: 0, obstacle };
  }
  const truth = intervalOf(overlap);
  const holders = electorate.filter((candidate) => touches(candidate, truth));
  const votes = new Set(holders.map(({ group }) => group)).size;
  return { overlap, truth, votes, obstacle: shortfall(holders, votes, sources, minAgreeing) };
}

const CONTRADICTION = 'the sources contradict the time kept so far';

function decisive(electorate: readonly Candidate[], own: Interval | undefined): Overlap | undefined {
  const trusted = electorate.filter(({ track }) => track.source.options.trust);
  const ownVote: Opinion[] = own === undefined ? [] : [{ ...own, group: OWN, incumbent: true }];
  const rounds: readonly (readonly Opinion[])[] =
    trusted.length > 0
      ? [trusted]
      : [
          [...electorate, ...ownVote],
          electorate.filter(({ track }) => track.source.options.prefer),
          [...electorate.filter(({ track }) => !track.condemned), ...ownVote],
        ];
  for (const round of rounds) {
    const overlap = largestOverlap(round);
    if (overlap !== undefined && isMajority(overlap)) return overlap;
  }
  return undefined;
}

/** What the operator demands beyond a majority. */
function shortfall(
  holders: readonly Candidate[],
  votes: number,
  sources: readonly Source[],
  minAgreeing: number,
): string {
  if (votes === 0) return CONTRADICTION;
  if (votes < minAgreeing) return `only ${votes} of the ${minAgreeing} independent sources that must agree`;
  const required = sources.filter(({ options }) => options.require && !options.noselect);
  const isMet = required.length === 0 || holders.some(({ track }) => track.source.options.require);
  return isMet ? '' : `waits for ${list(required.map(({ id }) => id))}, which is required`;
}
