import type { Candidate } from './candidate.js';
import { type Interval, isMajority, largestOverlap, type Opinion, type Overlap } from './vote.js';

/** The hub's time so far, as an opinion beside those of the sources. */
export interface OwnTime extends Interval {
  /**
   * A source that made it is silent or disagrees now, so the hub's time votes in its place. If all that made it still agree, it
   * only repeats them and has no vote.
   */
  readonly testifies: boolean;
}

/**
 * Returns the overlap that a majority agrees on. Trusted sources decide alone. Without a majority the preferred ones decide,
 * then those that were not outvoted before, then these with the hub's own time.
 */
export function majorityOf(candidates: readonly Candidate[], own?: OwnTime): Overlap | undefined {
  const trusted = candidates.filter(({ track }) => track.source.options.trust);
  if (trusted.length > 0) return majority(trusted);
  const ownOpinion: Opinion[] = own === undefined ? [] : [opinionOf(own)];
  const witness = own?.testifies === true ? ownOpinion : [];
  const notOutvoted = candidates.filter(({ track }) => !track.admission.wasOutvoted);
  return (
    majority([...candidates, ...witness]) ??
    majority(candidates.filter(({ track }) => track.source.options.prefer)) ??
    majority([...notOutvoted, ...witness]) ??
    majority([...notOutvoted, ...ownOpinion])
  );
}

const opinionOf = ({ centreNs, halfNs }: Interval): Opinion => ({
  centreNs,
  halfNs,
  group: 'own time',
  incumbent: true,
});

function majority(opinions: readonly Opinion[]): Overlap | undefined {
  const overlap = largestOverlap(opinions);
  return overlap !== undefined && isMajority(overlap) ? overlap : undefined;
}
