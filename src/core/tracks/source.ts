import type { Claims, ClockId, Instant, Ns, Observation, SourceState, StampClass } from '../../api/index.js';
import { NS_PER_S } from '../../api/index.js';
import type { SourceOptions } from '../engine/input.js';
import { type Dependence, INDEPENDENT } from '../selection/independence.js';
import {
  type Directions,
  type LegDirection,
  longestGap,
  missingWay,
  SILENT_AT_LEAST_NS,
  SILENT_INTERVALS,
  withLeg,
} from './directions.js';
import { type StatedError, statedError } from './stated-error.js';
import { statedStratum, UNSYNCHRONISED } from './stratum.js';
import { climbTo, type StratumClimb } from './stratum-climb.js';

/** How a track speaks. `link` compares two local clocks and has no opinion about the time. */
export type TrackKind = 'exchange' | 'reading' | 'pulse' | 'link' | 'rate';

/** How far a source is from the others that agree with it, also as a multiple of what is usual for such paths. */
export interface UnusualGap {
  readonly gapNs: Ns;
  readonly times: number;
}

/** A jump of a source's time: by how much (NaN: not known yet), and CLOCK_MONOTONIC_RAW when it was seen. */
export interface TimeJump {
  readonly jumpNs: Ns;
  readonly at: Instant;
}

/** What one source says over one path, with what selection remembers of it. */
export interface SourceTrack {
  /** `id` or `id/path`. */
  readonly key: string;
  readonly source: Source;
  readonly clock: ClockId;
  /** The other local clock of a `link`. */
  readonly versus: ClockId | undefined;
  kind: TrackKind;
  stamp: StampClass;
  noiseFloorNs: Ns;
  /** What its source conceded when it last spoke: gpsd claims the bound of the kind of comparison that follows. */
  biasBoundNs: Ns;
  /** The directions of an exchange that were heard. */
  directions: Directions;
  /** Of a pulse. */
  periodNs: Ns;
  /** Reference − clock as a pulse's source numbers it. */
  numberedOffsetNs: Ns | undefined;
  /** Periods by which that numbering differs from the estimate, and for how many pulses in a row it has been so. */
  slip: number;
  slipRun: number;
  /** Inputs with an observation of this track, since it was last thought anew of. */
  updates: number;
  /** Observations altogether. */
  observations: number;
  /** Handed on to the estimator. */
  fed: number;
  last: Instant;
  /** The first update since it was last thought anew of. */
  since: Instant;
  /** The longest recent gap between updates, ns. */
  intervalNs: Ns;
  /** How much an answer tells, as the noise of a measurement of its clock; undefined before the first that counted. */
  answerNs: Ns | undefined;
  /** The assertion in force: its bias is zero ± this. */
  admittedNs: Ns | undefined;
  /** It is one of a majority that agrees to within its usual errors. */
  close: boolean;
  /** It is among the majority no better than its root distance permits. */
  unusual: UnusualGap | undefined;
  /** It is unusual beside others that are not: it is followed and has no share of the estimate. */
  outlier: boolean;
  /** How often the estimator has begun anew with it. */
  restarts: number;
  /** How often its time has jumped, and the last time. */
  jumps: number;
  jump: TimeJump | undefined;
  /** Own updates in a row in which it stood against its present status. */
  streak: number;
  judgedUpdates: number;
  /** How often it was thrown out: each time coming back takes longer. */
  expulsions: number;
  /** Updates in a row that contradict what is believed of it. */
  breaches: number;
  /** The last time two or more independent sources agreed, they did so against it. */
  condemned: boolean;
  /** It has been silent since it last spoke. */
  lost: boolean;
  /** Why its newest observations cannot be used; empty when they can be. */
  refusal: string;
  /** Observations in a row that could not be. */
  refused: number;
  /** Nothing suggests that what keeps it from being judged ends soon. */
  stuck: boolean;
  state: SourceState;
  reason: string;
}

/** One plugin instance as the core knows it. */
export interface Source {
  readonly id: string;
  options: SourceOptions;
  claims: Claims;
  /** Why it does not answer; empty while it does. */
  silence: string;
  /** The last such reason, and when it was given, until something is measured again. */
  complaint: { readonly reason: string; readonly at: Instant } | undefined;
  readonly tracks: Map<string, SourceTrack>;
  kinship: Dependence;
  /** CLOCK_MONOTONIC_RAW when its own clock was last set, as it says. */
  setAt: Instant | undefined;
  climb: StratumClimb | undefined;
  stated: StatedError | undefined;
  /** What the operator was last told. */
  told: string;
  /** Above this stratum it is not used. */
  readonly maxStratum: number;
}

export const PLAIN_OPTIONS: SourceOptions = {
  prefer: false,
  trust: false,
  require: false,
  noselect: false,
  offsetNs: 0,
  asymmetryNs: 0,
};

/** Before: the quick first exchanges say nothing about the interval that follows them. */
const LEARNING_UPDATES = 10;
const SILENT_WHILE_LEARNING_NS = 300 * NS_PER_S;

/** The last stratum of a synchronised server (RFC 5905 §7.3). */
export const LAST_STRATUM = 15;

export const createSource = (
  id: string,
  options: SourceOptions = PLAIN_OPTIONS,
  maxStratum = LAST_STRATUM,
): Source => ({
  id,
  options,
  claims: { synchronised: true },
  silence: '',
  complaint: undefined,
  tracks: new Map(),
  kinship: INDEPENDENT,
  setAt: undefined,
  climb: undefined,
  stated: undefined,
  told: '',
  maxStratum,
});

/** `utc`: of the moment `now`; undefined while it is not known. */
export function claimed(source: Source, claims: Claims, now: Instant, utc: Instant | undefined): void {
  const { referenceTime, synchronised } = claims;
  source.claims = claims;
  source.silence = '';
  source.setAt = utc === undefined || referenceTime === undefined ? undefined : now - (utc - referenceTime);
  source.climb = climbTo(synchronised ? statedStratum(claims) : UNSYNCHRONISED, now, source.climb);
  source.stated = statedError(claims, now, source.stated);
}

/** Its source's next observation over that path begins another one. */
export function forgetTrack(track: SourceTrack): void {
  const { tracks } = track.source;
  for (const [path, known] of tracks) if (known === track) tracks.delete(path);
}

/** The track that an observation belongs to, made when it is the first. */
export function trackOf(source: Source, observation: Observation): SourceTrack {
  const path = observation.path ?? '';
  const known = source.tracks.get(path);
  if (known !== undefined) return known;
  const track: SourceTrack = {
    key: path === '' ? source.id : `${source.id}/${path}`,
    source,
    clock: observation.clock,
    versus: observation.kind === 'reading' ? observation.versus : undefined,
    kind: 'rate',
    stamp: observation.stamp,
    noiseFloorNs: observation.noiseFloorNs,
    biasBoundNs: source.claims.biasBoundNs ?? 0,
    directions: {},
    periodNs: NS_PER_S,
    numberedOffsetNs: undefined,
    slip: 0,
    slipRun: 0,
    updates: 0,
    observations: 0,
    fed: 0,
    last: observation.monotonic,
    since: observation.monotonic,
    intervalNs: 0,
    answerNs: undefined,
    admittedNs: undefined,
    close: false,
    unusual: undefined,
    outlier: false,
    restarts: 0,
    jumps: 0,
    jump: undefined,
    streak: 0,
    judgedUpdates: 0,
    expulsions: 0,
    breaches: 0,
    condemned: false,
    lost: false,
    refusal: '',
    refused: 0,
    stuck: false,
    state: 'warming',
    reason: 'nothing heard from it yet',
  };
  source.tracks.set(path, track);
  return track;
}

/** Notes what an observation says about the track itself. */
export function note(track: SourceTrack, observation: Observation): void {
  track.observations++;
  track.stamp = observation.stamp;
  track.noiseFloorNs = observation.noiseFloorNs;
  track.biasBoundNs = track.source.claims.biasBoundNs ?? 0;
  if (observation.kind === 'leg') track.kind = 'exchange';
  else if (observation.kind === 'reading') track.kind = observation.versus === undefined ? 'reading' : 'link';
  else if (observation.kind === 'pulse') {
    track.kind = 'pulse';
    track.periodNs = observation.periodNs;
    track.numberedOffsetNs = observation.numberedOffsetNs;
  }
}

/** Notes a leg of a two-way path. */
export function noteLeg(track: SourceTrack, way: LegDirection, now: Instant): void {
  track.directions = withLeg(track.directions, way, now, statedNs(track));
}

/** Returns the direction that keeps the delay of a two-way path from being known; undefined where it is known. */
export function missingWayOf(track: SourceTrack): LegDirection | undefined {
  if (track.kind !== 'exchange') return undefined;
  return missingWay(track.directions, statedNs(track), track.source.complaint?.at);
}

/** Returns true when the delay of the path was known until one direction fell silent. */
export const hasLapsed = (track: SourceTrack): boolean => {
  const way = missingWayOf(track);
  return way !== undefined && track.directions[way] !== undefined;
};

/** Forgets what the track said, not how it behaved. */
export function relearn(track: SourceTrack): void {
  track.expulsions++;
  track.directions = {};
  track.updates = 0;
  track.judgedUpdates = 0;
  track.fed = 0;
  track.jumps = 0;
  track.breaches = 0;
}

/** Its past is of no use for its present, through no fault of its own: it is judged anew. */
export function reawaken(track: SourceTrack): void {
  track.admittedNs = undefined;
  track.directions = {};
  track.updates = 0;
  track.judgedUpdates = 0;
  track.fed = 0;
  track.jumps = 0;
  track.breaches = 0;
  track.streak = 0;
  track.slip = 0;
  track.slipRun = 0;
  track.lost = false;
  track.close = false;
  track.unusual = undefined;
  track.outlier = false;
}

/** Notes that the track spoke at `now`: one input, however many observations it held. */
export function heard(track: SourceTrack, now: Instant): void {
  if (track.observations > 0 && track.updates > 0) {
    track.intervalNs = longestGap(track.intervalNs, Number(now - track.last));
  }
  if (track.updates === 0) track.since = now;
  track.updates++;
  track.last = now;
}

/** When a track that says nothing more counts as silent, ns after its last word. */
export function silentAfterNs(track: SourceTrack): Ns {
  const stated = track.source.claims.intervalNs;
  if (stated === undefined && track.updates < LEARNING_UPDATES && track.kind === 'exchange')
    return SILENT_WHILE_LEARNING_NS;
  return Math.max(SILENT_AT_LEAST_NS, SILENT_INTERVALS * Math.max(track.intervalNs, stated ?? 0));
}

/** The longest interval that the source states, ns; zero where it states none. */
export const statedNs = ({ source }: SourceTrack): Ns => source.claims.intervalNs ?? 0;

export const ageNs = (track: SourceTrack, now: Instant): Ns => Number(now - track.last);

/** It has an opinion about the time of its own. */
export const votes = (track: SourceTrack): boolean => track.kind === 'exchange' || track.kind === 'reading';

export function allTracks(sources: Iterable<Source>): SourceTrack[] {
  const all: SourceTrack[] = [];
  for (const { tracks } of sources) for (const track of tracks.values()) all.push(track);
  return all;
}

/** It is alive and the estimate rests on it. */
export const carries = ({ admittedNs, lost, kind }: SourceTrack): boolean =>
  admittedNs !== undefined && !lost && kind !== 'link';
