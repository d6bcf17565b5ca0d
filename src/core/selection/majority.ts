import type { Candidate } from './candidate.js';
import { type Interval, isMajority, largestOverlap, type Opinion, type Overlap } from './vote.js';

/** The time kept so far, as an opinion beside those of the sources. */
export interface OwnTime extends Interval {
  /**
   * Somebody who made it is silent or says something else now: it speaks for them. If all who made it still say so, it is
   * their echo and has no vote of its own.
   */
  readonly testifies: boolean;
}

/**
 * What most independent candidates agree on. Trusted sources decide alone. Without a majority those that the operator
 * prefers decide, then those that were not disproved before, then with these the time kept so far.
 */
export function majorityOf(candidates: readonly Candidate[], own?: OwnTime): Overlap | undefined {
  const trusted = candidates.filter(({ track }) => track.source.options.trust);
  if (trusted.length > 0) return majority(trusted);
  const echo: Opinion[] = own === undefined ? [] : [{ ...own, group: 'own time', incumbent: true }];
  const witness = own?.testifies === true ? echo : [];
  const undisproved = candidates.filter(({ track }) => !track.condemned);
  return (
    majority([...candidates, ...witness]) ??
    majority(candidates.filter(({ track }) => track.source.options.prefer)) ??
    majority([...undisproved, ...witness]) ??
    majority([...undisproved, ...echo])
  );
}

function majority(opinions: readonly Opinion[]): Overlap | undefined {
  const overlap = largestOverlap(opinions);
  return overlap !== undefined && isMajority(overlap) ? overlap : undefined;
}
