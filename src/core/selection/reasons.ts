import {
  formatDuration,
  type Instant,
  NS_PER_S,
  type Ns,
  type SourceReport,
  type SourceState,
} from '../../api/index.js';
import { list } from '../engine/sentence.js';
import type { TrackEstimate } from '../estimator/types.js';
import { slipOf } from '../tracks/pulse-numbering.js';
import { ageNs, type Source, type SourceTrack } from '../tracks/source.js';
import { ineligibilityOfSource } from './eligibility.js';
import { BOUND_SIGMAS, distanceNs } from './root-distance.js';

/** A share of the estimate above the first counts as carrying it; once it does, down to the second. */
const WEIGHT_TO_CARRY = 0.01;
const WEIGHT_TO_STAY = 0.005;
/** A smaller share is none: the estimator needs a finite sigma of each bias. */
const LEAST_WEIGHT = 1e-4;
/** For how long a jump of a source's time is told of. */
const JUMP_IS_NEWS_NS = 3600 * NS_PER_S;

/** Of a source's tracks the one with the most to say comes first. */
const RANK: readonly SourceState[] = [
  'combined',
  'agrees',
  'numbering',
  'rejected',
  'warming',
  'unreachable',
  'disabled',
];

/** What each carrier has of the estimate, the silent ones' memory left out: 1 altogether. */
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
  for (const [track, weight] of shares) shares.set(track, weight > LEAST_WEIGHT * sum ? weight / sum : 0);
  return shares;
}

/** Those that have a real share of the estimate; when each has next to none, all of them. */
export function leadersOf(carriers: readonly SourceTrack[]): readonly SourceTrack[] {
  const heavy = carriers.filter(({ state }) => state === 'combined');
  return heavy.length > 0 ? heavy : carriers;
}

/** Says of each track that carries the estimate how much, and beside whom. */
export function describeCarriers(
  carriers: readonly SourceTrack[],
  estimate: (track: SourceTrack) => TrackEstimate | undefined,
): void {
  const weights = sharesOf(carriers, estimate);
  const heavy = carriers.filter((track) => weights.get(track)! >= WEIGHT_TO_CARRY);
  const ids = { carriers: idsOf(carriers), heavy: idsOf(heavy) };
  for (const track of carriers) {
    const weight = weights.get(track)!;
    const before = track.state;
    track.state = weight >= (before === 'combined' ? WEIGHT_TO_STAY : WEIGHT_TO_CARRY) ? 'combined' : 'agrees';
    if (track.state === 'agrees' && track.kind === 'reading' && heavy.some(({ kind }) => kind === 'pulse'))
      track.state = 'numbering';
    track.reason = reasonOf(track, weight, ids);
  }
}

/** Who carries the estimate, and who merely agrees; when everybody is light, all carry. */
export function rolesOf(tracks: readonly SourceTrack[]): { readonly carriers: string[]; readonly witnesses: string[] } {
  const carriers = idsOf(leadersOf(tracks));
  const usual = tracks.filter(({ outlier }) => !outlier);
  return { carriers, witnesses: idsOf(usual).filter((id) => !carriers.includes(id)) };
}

/** Of their sources, each once. */
function idsOf(tracks: readonly SourceTrack[]): string[] {
  const ids: string[] = [];
  for (const { source } of tracks) if (!ids.includes(source.id)) ids.push(source.id);
  return ids;
}

/** `ids`: of all that carry the estimate, and of those that carry most of it. */
function reasonOf(
  track: SourceTrack,
  weight: number,
  ids: { readonly carriers: string[]; readonly heavy: string[] },
): string {
  const { id } = track.source;
  const others = ids.carriers.filter((other) => other !== id);
  const heavyOthers = ids.heavy.filter((other) => other !== id);
  const heavier = list(heavyOthers.length > 0 ? heavyOthers : [id]);
  if (track.state === 'numbering') return `names the second for ${heavier} and is too coarse to steer by`;
  const company = others.length === 0 ? 'is the only source' : `agrees with ${list(others)}${reservation(track)}`;
  if (track.state === 'agrees' && track.outlier) return `${company}, so it has no share of the estimate`;
  if (track.state === 'agrees') return `${company}, but weighs next to nothing beside ${heavier}`;
  const share = others.length === 0 ? 'carries the estimate alone' : `carries ${percent(weight)} of the estimate`;
  const slip = slipOf(track);
  return `${company} and ${share}${slip === undefined ? '' : `; ${slip}`}`;
}

/** What a majority by root distances conceals. */
function reservation({ unusual }: SourceTrack): string {
  if (unusual === undefined) return '';
  return ` as far as its path permits (${formatDuration(unusual.gapNs)} off, ${Math.round(unusual.times)} times what is usual)`;
}

const percent = (weight: number): string => `${weight < 0.1 ? (weight * 100).toFixed(1) : Math.round(weight * 100)} %`;

/** The track that speaks for its source. */
export function bestTrack(source: Source): SourceTrack | undefined {
  let best: SourceTrack | undefined;
  for (const track of source.tracks.values()) {
    if (track.kind === 'rate') continue;
    if (best === undefined || RANK.indexOf(track.state) < RANK.indexOf(best.state)) best = track;
  }
  return best;
}

/** State and reason of a source: those of its best track. */
export function statusOf(source: Source): { readonly state: SourceState; readonly reason: string } {
  const best = bestTrack(source);
  return ineligibilityOfSource(source) ?? best ?? { state: 'warming', reason: 'gives a frequency, but no time' };
}

/** What the operator is to be told of a source: its state, once a change. */
export function sourceNews(source: Source): string | undefined {
  const { state, reason } = statusOf(source);
  const isPlain = state === 'agrees' || state === 'numbering';
  const isStuck = state === 'warming' && (bestTrack(source)?.stuck ?? false);
  const news = isPlain ? 'combined' : isStuck ? 'stuck' : state;
  if (news === 'warming' || news === source.told) return undefined;
  source.told = news;
  if (isStuck) return `is not used: ${reason}`;
  return isPlain ? reason : `is ${state}: ${reason}`;
}

/** Returns whether the source is used, or not used because the operator says so. */
export const isInOrder = (source: Source): boolean =>
  ['combined', 'agrees', 'numbering', 'disabled'].includes(statusOf(source).state);

export interface ReportContext {
  readonly now: Instant;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
  readonly shares: ReadonlyMap<SourceTrack, number>;
  /** UTC at a moment; undefined while it is not known. */
  readonly utc: (at: Instant) => Instant | undefined;
  /** By how much the clock of a track ran away from its reference since the estimate, ns. */
  readonly ahead: (track: SourceTrack) => Ns;
}

export function reportOf(source: Source, context: ReportContext): SourceReport {
  const { now, estimate, shares, ahead } = context;
  const { state, reason } = statusOf(source);
  const track = bestTrack(source);
  const found = track === undefined ? undefined : estimate(track);
  let youngestNs = Number.POSITIVE_INFINITY;
  let observations = 0;
  for (const one of source.tracks.values()) {
    youngestNs = Math.min(youngestNs, ageNs(one, now));
    observations += one.observations;
  }
  const report: { -readonly [field in keyof SourceReport]: SourceReport[field] } = {
    id: source.id,
    state,
    reason: `${reason}${track === undefined ? '' : jumpOf(track, context)}`,
    offsetNs: found === undefined ? Number.NaN : found.offsetNs + ahead(track!),
    sigmaNs: found?.sigmaNs ?? Number.NaN,
    boundNs: found === undefined ? Number.NaN : distanceNs(track!, found) + BOUND_SIGMAS * found.sigmaNs,
    weight: track === undefined ? 0 : (shares.get(track) ?? 0),
    ageS: source.tracks.size === 0 ? Number.NaN : youngestNs / NS_PER_S,
    observations,
  };
  if (track !== undefined) report.stamp = track.stamp;
  if (found !== undefined && Number.isFinite(found.delayNs)) report.delayNs = 2 * found.delayNs;
  return report;
}

/** That its time has jumped, while that is still news. */
function jumpOf({ jump }: SourceTrack, { now, utc }: ReportContext): string {
  if (jump === undefined || Number(now - jump.at) > JUMP_IS_NEWS_NS) return '';
  const at = utc(jump.at);
  const when = at === undefined ? '' : ` at ${new Date(Number(at / 1_000_000n)).toISOString().slice(0, 19)}Z`;
  return `; its time jumped${Number.isNaN(jump.jumpNs) ? '' : ` by ${formatDuration(jump.jumpNs)}`}${when}`;
}

/** Why nothing carries the estimate, as far as the sources' own standing tells. */
export function lossReason(sources: readonly Source[]): string {
  if (sources.length === 0) return 'there is no source';
  const standings = sources.map((source) => ({
    id: source.id,
    isStuck: bestTrack(source)?.stuck ?? false,
    ...statusOf(source),
  }));
  const silent = standings.filter(({ state }) => state === 'unreachable');
  if (silent.length === standings.length) return `no source answers (${silent[0]!.id}: ${silent[0]!.reason})`;
  const warming = standings.filter(({ state, isStuck }) => state === 'warming' && !isStuck).map(({ id }) => id);
  if (warming.length > 0) return `still getting to know ${list(warming)}`;
  const each = standings.map(({ id, state, reason, isStuck }) => {
    if (isStuck) return `${id}: ${reason}`;
    return standings.length === 1 ? `${id} ${state}: ${reason}` : `${id} ${state}`;
  });
  return `no source may be used (${each.join(', ')})`;
}
