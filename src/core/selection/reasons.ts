import {
  formatDuration,
  type Instant,
  NS_PER_S,
  type Ns,
  type SourceReport,
  type SourceState,
} from '../../api/index.js';
import { BOUND_SIGMAS } from '../clocks/clock-model.js';
import { list } from '../engine/sentence.js';
import type { TrackEstimate } from '../estimator/types.js';
import { type Source, type SourceTrack, sourceIdsOf } from '../tracks/source.js';
import { ineligibilityOfSource } from './eligibility.js';
import { distanceNs } from './root-distance.js';

/** Share of the estimate from which on a track counts as combined. */
const SHARE_TO_COMBINE = 0.01;
/** Share below which a combined track stops counting as combined. */
const SHARE_TO_STAY = 0.005;
/** A smaller share counts as none: the estimator needs a finite sigma of each bias. */
const LEAST_SHARE = 1e-4;
/** Time for which the reason of a source mentions its last jump. */
const JUMP_IS_NEWS_NS = 3600 * NS_PER_S;

/** States of tracks, from the one that says most about their source. */
const RANK: readonly SourceState[] = [
  'combined',
  'agrees',
  'numbering',
  'rejected',
  'warming',
  'unreachable',
  'disabled',
];

/** Returns each carrier's share of the estimate; their sum is 1, whatever silent tracks contribute. */
export function sharesOf(
  carriers: readonly SourceTrack[],
  estimate: (track: SourceTrack) => TrackEstimate | undefined,
): ReadonlyMap<SourceTrack, number> {
  const shares = new Map<SourceTrack, number>();
  let sum = 0;
  for (const track of carriers) {
    const weight = estimate(track)?.weight ?? 0;
    shares.set(track, weight);
    sum += weight;
  }
  for (const [track, weight] of shares) shares.set(track, weight > LEAST_SHARE * sum ? weight / sum : 0);
  return shares;
}

/** Returns the carriers with a real share of the estimate; all of them if none has one. */
export function leadersOf(carriers: readonly SourceTrack[]): readonly SourceTrack[] {
  const heavy = carriers.filter(({ state }) => state === 'combined');
  return heavy.length > 0 ? heavy : carriers;
}

/** Shows each carrier's state and reason: its share, and the sources that it agrees with. */
export function describeCarriers(
  carriers: readonly SourceTrack[],
  estimate: (track: SourceTrack) => TrackEstimate | undefined,
): void {
  const shares = sharesOf(carriers, estimate);
  const heavy = carriers.filter((track) => shares.get(track)! >= SHARE_TO_COMBINE);
  const ids = { carriers: sourceIdsOf(carriers), heavy: sourceIdsOf(heavy) };
  for (const track of carriers) {
    const share = shares.get(track)!;
    const isCombined = share >= (track.state === 'combined' ? SHARE_TO_STAY : SHARE_TO_COMBINE);
    const numbers = !isCombined && track.kind === 'reading' && heavy.some(({ kind }) => kind === 'pulse');
    const state = isCombined ? 'combined' : numbers ? 'numbering' : 'agrees';
    track.show(state, carrierReason(track, state, share, ids));
  }
}

/** Returns the ids of the sources that lead the estimate, and of those that merely agree. */
export function rolesOf(tracks: readonly SourceTrack[]): { readonly carriers: string[]; readonly witnesses: string[] } {
  const carriers = sourceIdsOf(leadersOf(tracks));
  const usual = tracks.filter(({ fit }) => !fit.outlier);
  return { carriers, witnesses: sourceIdsOf(usual).filter((id) => !carriers.includes(id)) };
}

/** `ids`: of all carriers, and of those with a real share. */
function carrierReason(
  track: SourceTrack,
  state: SourceState,
  share: number,
  ids: { readonly carriers: string[]; readonly heavy: string[] },
): string {
  const { id } = track.source;
  const others = ids.carriers.filter((other) => other !== id);
  if (state === 'numbering')
    return `numbers the seconds for ${heavierThan(id, ids.heavy)} and is too coarse to have a share itself`;
  const company = others.length === 0 ? 'is the only source' : `agrees with ${list(others)}${reservation(track)}`;
  if (state === 'agrees' && track.fit.outlier) return `${company}, so it has no share of the estimate`;
  if (state === 'agrees') return `${company}, but its share is negligible beside ${heavierThan(id, ids.heavy)}`;
  const role = others.length === 0 ? 'carries the estimate alone' : `carries ${percent(share)} of the estimate`;
  const slip = track.numbering.slipReason();
  return `${company} and ${role}${slip === undefined ? '' : `; ${slip}`}`;
}

function heavierThan(id: string, heavy: readonly string[]): string {
  const others = heavy.filter((other) => other !== id);
  return list(others.length > 0 ? others : [id]);
}

/** Returns the gap of a track that agrees by its root distance only. */
function reservation({ fit: { unusual } }: SourceTrack): string {
  if (unusual === undefined) return '';
  return ` to within its root distance (${formatDuration(unusual.gapNs)} off, ${Math.round(unusual.times)} times the usual error)`;
}

const percent = (share: number): string => `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;

/** Returns the track whose state is shown for its source. */
export function bestTrack(source: Source): SourceTrack | undefined {
  let best: SourceTrack | undefined;
  for (const track of source.tracks.values()) {
    if (track.kind === 'rate') continue;
    if (best === undefined || RANK.indexOf(track.state) < RANK.indexOf(best.state)) best = track;
  }
  return best;
}

/** Returns state and reason of a source. */
export function statusOf(source: Source): { readonly state: SourceState; readonly reason: string } {
  return (
    ineligibilityOfSource(source) ?? bestTrack(source) ?? { state: 'warming', reason: 'gives a frequency and no time' }
  );
}

/** Returns the event text for a change of a source's state; undefined if there is none to report. */
export function sourceNews(source: Source): string | undefined {
  const { state, reason } = statusOf(source);
  const isPlain = state === 'agrees' || state === 'numbering';
  const isStuck = state === 'warming' && (bestTrack(source)?.isStuck ?? false);
  const news = isPlain ? 'combined' : isStuck ? 'stuck' : state;
  if (news === 'warming' || !source.announce(news)) return undefined;
  if (isStuck) return `is not used: ${reason}`;
  return isPlain ? reason : `is ${state}: ${reason}`;
}

/** Returns true for a source that is used, or that the operator excludes. */
export const isInOrder = (source: Source): boolean =>
  ['combined', 'agrees', 'numbering', 'disabled'].includes(statusOf(source).state);

export interface ReportContext {
  readonly now: Instant;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  readonly shares: ReadonlyMap<SourceTrack, number>;
  /** Returns UTC at a moment; undefined while it is not known. */
  readonly utc: (at: Instant) => Instant | undefined;
  /** Returns the change of a track's offset since the estimate, ns. */
  readonly changeNs: (track: SourceTrack) => Ns;
}

export function reportOf(source: Source, context: ReportContext): SourceReport {
  const { now, estimate, shares, changeNs } = context;
  const { state, reason } = statusOf(source);
  const track = bestTrack(source);
  const found = track === undefined ? undefined : estimate(track);
  let youngestNs = Number.POSITIVE_INFINITY;
  let observations = 0;
  for (const { cadence } of source.tracks.values()) {
    youngestNs = Math.min(youngestNs, cadence.ageNs(now));
    observations += cadence.observations;
  }
  const report: { -readonly [field in keyof SourceReport]: SourceReport[field] } = {
    id: source.id,
    state,
    reason: `${reason}${track === undefined ? '' : jumpNote(track, context)}`,
    offsetNs: found === undefined ? Number.NaN : found.offsetNs + changeNs(track!),
    sigmaNs: found?.sigmaNs ?? Number.NaN,
    boundNs: found === undefined ? Number.NaN : distanceNs(track!, found) + BOUND_SIGMAS * found.sigmaNs,
    weight: track === undefined ? 0 : (shares.get(track) ?? 0),
    ageS: source.tracks.size === 0 ? Number.NaN : youngestNs / NS_PER_S,
    observations,
  };
  if (track !== undefined) report.stamp = track.stamp;
  if (found?.delayNs !== undefined) report.delayNs = 2 * found.delayNs;
  return report;
}

/** Returns a clause about the last jump of the track while it is news; empty otherwise. */
function jumpNote({ jumps: { last } }: SourceTrack, { now, utc }: ReportContext): string {
  if (last === undefined || Number(now - last.at) > JUMP_IS_NEWS_NS) return '';
  const at = utc(last.at);
  const when = at === undefined ? '' : ` at ${new Date(Number(at / 1_000_000n)).toISOString().slice(0, 19)}Z`;
  return `; its time jumped${last.jumpNs === undefined ? '' : ` by ${formatDuration(last.jumpNs)}`}${when}`;
}

/** Returns why nothing carries the estimate, as far as the state of the sources shows it. */
export function lossReason(sources: readonly Source[]): string {
  if (sources.length === 0) return 'there is no source';
  const all = sources.map((source) => {
    const { state, reason } = statusOf(source);
    return { id: source.id, isStuck: bestTrack(source)?.isStuck ?? false, state, reason };
  });
  const silent = all.filter(({ state }) => state === 'unreachable');
  if (silent.length === all.length) return `no source answers (${silent[0]!.id}: ${silent[0]!.reason})`;
  const warming = all.filter(({ state, isStuck }) => state === 'warming' && !isStuck).map(({ id }) => id);
  if (warming.length > 0) return `still learning ${list(warming)}`;
  const each = all.map(({ id, state, reason, isStuck }) => {
    if (isStuck) return `${id}: ${reason}`;
    return all.length === 1 ? `${id} ${state}: ${reason}` : `${id} ${state}`;
  });
  return `no source may be used (${each.join(', ')})`;
}
