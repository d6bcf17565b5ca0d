import { type Source, type SourceTrack, votes } from '../tracks/source.js';
import { statedStratum } from '../tracks/stratum.js';
import type { Candidate } from './candidate.js';

/**
 * A source that follows the hub through at least one other machine is this many strata below the best source of the hub; one
 * that follows it directly says so by its refid.
 */
const STRATA_ROUND = 3;

/** The voter of the lowest stratum. */
export const bestOf = (candidates: readonly Candidate[]): Source | undefined =>
  candidates
    .filter(({ track }) => votes(track))
    .reduce<Source | undefined>((best, { track: { source } }) => {
      return best === undefined || stratumOf(source) < stratumOf(best) ? source : best;
    }, undefined);

/**
 * Returns true when the time of a track may be this hub's own, which has come round through others: then it says nothing about the rate
 * of the clock, and its bound nothing about the error. Trust and preference of the operator exclude it.
 */
export const mayEcho = ({ source }: SourceTrack, best: Source): boolean =>
  !source.options.trust && !source.options.prefer && isFarBelow(source, stratumOf(best));

export const isFarBelow = ({ claims }: Source, stratum: number): boolean =>
  statedStratum(claims) >= stratum + STRATA_ROUND;

export const echoReason = ({ source }: SourceTrack, best: Source): string =>
  `agrees, but at stratum ${stratumOf(source)} it may follow this hub through others: ` +
  `it carries nothing beside ${best.id} of stratum ${stratumOf(best)}`;

const stratumOf = ({ claims }: Source): number => statedStratum(claims);
