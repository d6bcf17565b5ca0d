import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import { BOUND_SIGMAS } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import { isLoop } from '../tracks/stratum-climb.js';
import type { VouchedInterval } from './majority-hull.js';
import { distanceNs } from './root-distance.js';

/** The estimates that the intervals are made of. */
export interface VouchingContext {
  readonly now: Instant;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  /** The offset of a track − that of its clock's model; undefined while the clock has none. */
  readonly biasNs: (track: SourceTrack, estimate: TrackEstimate) => Ns | undefined;
}

/** The voters whose majority bounds the error. */
export interface Vouchers {
  readonly intervals: readonly VouchedInterval[];
  readonly tracks: readonly SourceTrack[];
  /** Growth of an interval while its voter is silent, ns/s. Zero where none is silent. */
  readonly driftPpb: number;
}

/** A source that has voted remains a voter for this long without a vote. */
const VOTER_FOR_NS = 24 * 3600 * NS_PER_S;
/**
 * Greatest error of a disciplined clock's rate, ns/s (PHI of RFC 5905 §7.1). The rate at which a silent voter's offset runs on
 * is that of the carriers, which may be the wrong ones.
 */
const RATE_TOLERANCE_PPB = 15_000;
/** Of so many independent voters none is a minority. */
const NO_MINORITY = 2;

/**
 * Returns the independent voters, each with its interval: offset − estimate of the clock ± root distance and four sigmas. A
 * source that has had a vote remains a voter for a day:
 *
 * - A silent one vouches for its last offset as it has run on; its interval grows with its sigma, and by 15 ppm of its silence
 *   if the carriers, by whose rate it runs on, may be wrong. With two voters or fewer all of them are right by assumption.
 * - One that is learnt again, or that withdrew its time, is one of the voters and says nothing: its interval is infinite. If
 *   it did not count, two that are wrong could become a majority of those that are left.
 *
 * Trusted sources are the only voters if there is one. Sources that were never judged do not count, nor do pulses, followers,
 * and sources that have their time from this hub.
 */
export function vouchersOf(all: readonly SourceTrack[], context: VouchingContext): Vouchers {
  const known = all.filter((track) => isVoter(track, context.now));
  const trusted = known.filter(({ source }) => source.options.trust);
  const tracks = trusted.length > 0 ? trusted : known;
  const mayBeWrong =
    countGroups(tracks) > NO_MINORITY || known.some((track) => track.hasVote && !tracks.includes(track));
  const intervals: VouchedInterval[] = [];
  let driftPpb = 0;
  for (const track of tracks) {
    const isSilent = !track.hasVote && track.isLost;
    const estimate = track.hasVote || isSilent ? context.estimate(track) : undefined;
    const biasNs = estimate && context.biasNs(track, estimate);
    if (estimate === undefined || biasNs === undefined) continue;
    const silenceS = isSilent ? track.cadence.ageNs(context.now) / NS_PER_S : 0;
    const growthPpb = isSilent && mayBeWrong ? RATE_TOLERANCE_PPB : 0;
    driftPpb = Math.max(driftPpb, growthPpb);
    const halfNs = distanceNs(track, estimate) + BOUND_SIGMAS * estimate.sigmaNs + growthPpb * silenceS;
    intervals.push({ centreNs: biasNs, halfNs, group: track.source.dependence.group });
  }
  return { intervals: [...intervals, ...abstentions(tracks, intervals)], tracks, driftPpb };
}

function isVoter({ source, votedAt }: SourceTrack, now: Instant): boolean {
  if (votedAt === undefined || Number(now - votedAt) > VOTER_FOR_NS) return false;
  const { options, dependence, climb } = source;
  return !options.noselect && dependence.ours === undefined && (climb === undefined || !isLoop(climb));
}

/** Returns an infinite interval for each group of which none is known. */
function abstentions(tracks: readonly SourceTrack[], known: readonly VouchedInterval[]): readonly VouchedInterval[] {
  const heard = new Set(known.map(({ group }) => group));
  return tracks
    .map(({ source }) => source.dependence.group)
    .filter((group) => !heard.has(group))
    .map((group) => ({ centreNs: 0, halfNs: Number.POSITIVE_INFINITY, group }));
}

const countGroups = (tracks: readonly SourceTrack[]): number =>
  new Set(tracks.map(({ source }) => source.dependence.group)).size;
