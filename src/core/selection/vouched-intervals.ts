import { type Instant, NS_PER_S, type Ns } from '../../api/index.js';
import { type BoundGrowth, greaterOf, STEADY, unseenNs } from '../clocks/bound-growth.js';
import { BOUND_SIGMAS } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import type { SourceTrack } from '../tracks/source.js';
import { isLoop } from '../tracks/stratum-climb.js';
import type { VouchedInterval } from './majority-hull.js';
import { distanceNs } from './root-distance.js';
import type { Interval } from './vote.js';

/** The estimates that the intervals are made of. */
export interface VouchingContext {
  readonly now: Instant;
  /** Greatest sudden change of a clock's rate. */
  readonly frequencyTolerancePpb: number;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  /** The offset of a track − that of its clock's model; undefined while the clock has none. */
  readonly biasNs: (track: SourceTrack, estimate: TrackEstimate) => Ns | undefined;
  /** `ClockEnsemble.rawInterval` */
  readonly rawInterval: (track: SourceTrack, tolerancePpb: number) => Interval | undefined;
  /** Standard deviation of the slope of the track's clock, ppb. */
  readonly slopeSigmaPpb: (track: SourceTrack) => number;
}

/** The voters whose majority bounds the error. */
export interface Vouchers {
  readonly intervals: readonly VouchedInterval[];
  readonly tracks: readonly SourceTrack[];
  /** Growth of the intervals from now on beside that of sigma. */
  readonly growth: BoundGrowth;
}

/** A source that has voted remains a voter for this long without a vote. */
const VOTER_FOR_NS = 24 * 3600 * NS_PER_S;
/**
 * Greatest error of a disciplined clock's rate, ns/s (PHI of RFC 5905 §7.1). The rate at which a voter's offset runs on
 * between its observations is that of the carriers, which may be the wrong ones.
 */
const RATE_TOLERANCE_PPB = 15_000;
/** Greatest number of independent voters without a minority: one wrong voter of two is half of them. */
const NO_MINORITY = 2;

/**
 * Returns the independent voters, each with its interval. Where none of them may be wrong (up to two voters, or trusted ones
 * alone) it is the filter's: offset − estimate of the clock ± root distance and six sigmas. Where some may be, the carriers may
 * be among them. The filter shares the clock's rate between all tracks, so a carrier that drifts slowly drags the offsets of the
 * others along. Then the interval reaches over that of the filter and over that of the newest observations by themselves, whose
 * limits grow by 15 ppm and six sigmas of the rate from their instants on. A sudden change of the clock's rate since a voter's last
 * answer widens its interval in either case (`unseenNs`).
 *
 * A source that has had a vote remains a voter for a day:
 *
 * - A silent one vouches for its last offset as it has run on; its interval grows likewise.
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
  let growth = STEADY;
  for (const track of tracks) {
    const tolerancePpb = mayBeWrong ? rateTolerancePpb(track, context) : 0;
    const interval = intervalOfVoter(track, tolerancePpb, context);
    if (interval === undefined) continue;
    growth = greaterOf(growth, mayBeWrong ? { ...STEADY, driftPpb: tolerancePpb } : changesSinceAnswer(track, context));
    intervals.push({
      centreNs: interval.centreNs,
      halfNs: interval.halfNs,
      group: track.source.dependence.group,
    });
  }
  if (intervals.length < tracks.length) intervals.push(...abstentions(tracks, intervals));
  return { intervals, tracks, growth };
}

/** Returns the greatest error of the rate at which the offset of a voter runs on, where the carriers may be wrong. */
const rateTolerancePpb = (track: SourceTrack, { frequencyTolerancePpb, slopeSigmaPpb }: VouchingContext): number =>
  Math.max(RATE_TOLERANCE_PPB, frequencyTolerancePpb) + BOUND_SIGMAS * slopeSigmaPpb(track);

/** Returns the growth of a voter's interval by changes of the clock's rate since its last answer. */
const changesSinceAnswer = (track: SourceTrack, { now, frequencyTolerancePpb }: VouchingContext): BoundGrowth => ({
  driftPpb: 0,
  tolerancePpb: frequencyTolerancePpb,
  ageS: Math.max(track.cadence.ageNs(now), 0) / NS_PER_S,
  awaitedS: track.awaitedNs / NS_PER_S,
});

/** Returns the interval of a voter; undefined while it says nothing. `tolerancePpb`: zero if no voter may be wrong. */
function intervalOfVoter(track: SourceTrack, tolerancePpb: number, context: VouchingContext): Interval | undefined {
  const isSilent = !track.hasVote && track.isLost;
  const estimate = track.hasVote || isSilent ? context.estimate(track) : undefined;
  const biasNs = estimate && context.biasNs(track, estimate);
  if (estimate === undefined || biasNs === undefined) return undefined;
  const changes = changesSinceAnswer(track, context);
  const rootDistanceNs = distanceNs(track, estimate);
  const grownNs = Math.max(isSilent ? tolerancePpb * changes.ageS : 0, unseenNs(changes));
  const halfNs = rootDistanceNs + BOUND_SIGMAS * estimate.sigmaNs + grownNs;
  const filtered = { centreNs: biasNs, halfNs };
  const raw = tolerancePpb > 0 ? context.rawInterval(track, tolerancePpb) : undefined;
  if (raw === undefined || !Number.isFinite(halfNs)) return filtered;
  // A leg contains its path's delay; a reading has noise on both sides.
  const ownNs = track.kind === 'exchange' ? -Math.max(estimate.delayNs ?? 0, 0) : BOUND_SIGMAS * estimate.noiseNs;
  return reachingOver(filtered, { centreNs: raw.centreNs, halfNs: raw.halfNs + rootDistanceNs + ownNs });
}

function reachingOver(a: Interval, b: Interval): Interval {
  const loNs = Math.min(a.centreNs - a.halfNs, b.centreNs - b.halfNs);
  const hiNs = Math.max(a.centreNs + a.halfNs, b.centreNs + b.halfNs);
  return { centreNs: (loNs + hiNs) / 2, halfNs: (hiNs - loNs) / 2 };
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

function countGroups(tracks: readonly SourceTrack[]): number {
  const groups = new Set<string>();
  for (const { source } of tracks) groups.add(source.dependence.group);
  return groups.size;
}
