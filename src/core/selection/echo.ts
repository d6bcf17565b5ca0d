import type { Source, SourceTrack } from '../tracks/source.js';
import { statedStratum } from '../tracks/stratum.js';
import type { Candidate } from './candidate.js';

/**
 * A source that follows the hub through at least one other machine is at least this many strata below the best source of the
 * hub. One that follows it directly names it in its refid.
 */
const STRATA_BELOW = 3;

/** Returns the source of the lowest stratum among the voters. */
export const bestVoter = (candidates: readonly Candidate[]): Source | undefined =>
  candidates
    .filter(({ track }) => track.votes)
    .reduce<Source | undefined>((best, { track: { source } }) => {
      return best === undefined || stratumOf(source) < stratumOf(best) ? source : best;
    }, undefined);

/**
 * Returns true when the time of a track may be this hub's own, which came back through others: then it says nothing about the
 * clock's rate, nor its bound about the error. The operator's trust or preference excludes that.
 */
export const mayEcho = ({ source }: SourceTrack, best: Source): boolean =>
  !source.options.trust && !source.options.prefer && isFarBelow(source, stratumOf(best));

export const isFarBelow = ({ claims }: Source, stratum: number): boolean =>
  statedStratum(claims) >= stratum + STRATA_BELOW;

export const echoReason = ({ source }: SourceTrack, best: Source): string =>
  `agrees, but at stratum ${stratumOf(source)} it may follow this hub through others, ` +
  `so it has no share beside ${best.id} of stratum ${stratumOf(best)}`;

const stratumOf = ({ claims }: Source): number => statedStratum(claims);
