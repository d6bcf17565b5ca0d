import type { Claims, ClockId, Instant, Leg, Ns, Observation, SourceState, StampClass } from '../../api/index.js';
import type { SourceOptions } from '../engine/input.js';
import { AnswerNoise } from '../polling/information-gain.js';
import { CausalityCheck } from '../selection/causality.js';
import { type Dependence, INDEPENDENT } from '../selection/independence.js';
import { TrackAdmission } from './admission.js';
import { Cadence } from './cadence.js';
import { ClaimedHost } from './claimed-host.js';
import { type LegDirection, PathDirections } from './directions.js';
import { JumpHistory } from './jump-history.js';
import { PulseNumbering } from './pulse-numbering.js';
import { RawLimits } from './raw-limits.js';
import { ObservationRefusals } from './refusals.js';
import { type StatedError, statedError } from './stated-error.js';
import { LAST_STRATUM, statedStratum, UNSYNCHRONISED } from './stratum.js';
import { climbTo, type StratumClimb } from './stratum-climb.js';

/** The kind of a track's observations. A `link` compares two local clocks and has no opinion of the time. */
export type TrackKind = 'exchange' | 'reading' | 'pulse' | 'link' | 'rate';

/** Distance of a source from the others that agree with it, also as a multiple of what is usual for such paths. */
export interface UnusualGap {
  readonly gapNs: Ns;
  readonly times: number;
}

/** The agreement of a track with the majority that it belongs to. */
export interface Fit {
  /** It agrees with most members to within their usual errors. */
  readonly close: boolean;
  /** It agrees no better than its root distance permits. */
  readonly unusual: UnusualGap | undefined;
  /** It is unusual while others are not: it is followed and has no share of the estimate. */
  readonly outlier: boolean;
}

const NO_FIT: Fit = { close: false, unusual: undefined, outlier: false };

export const PLAIN_OPTIONS: SourceOptions = {
  prefer: false,
  trust: false,
  require: false,
  noselect: false,
  offsetNs: 0,
  asymmetryNs: 0,
};

/** A fault that a source reported itself. */
export interface Complaint {
  readonly reason: string;
  readonly at: Instant;
}

/** One source plugin instance as the core knows it: its options, claims, faults and tracks. */
export class Source {
  readonly id: string;
  /** The source is not used above this stratum. */
  readonly maxStratum: number;
  /** Path → track. */
  readonly tracks = new Map<string, SourceTrack>();
  readonly host = new ClaimedHost();
  #options: SourceOptions;
  #claims: Claims = { synchronised: true };
  #silence: string | undefined;
  #complaint: Complaint | undefined;
  #dependence: Dependence = INDEPENDENT;
  #setAt: Instant | undefined;
  #climb: StratumClimb | undefined;
  #stated: StatedError | undefined;
  #announced = '';

  constructor(id: string, options: SourceOptions = PLAIN_OPTIONS, maxStratum = LAST_STRATUM) {
    this.id = id;
    this.#options = options;
    this.maxStratum = maxStratum;
  }

  get options(): SourceOptions {
    return this.#options;
  }

  get claims(): Claims {
    return this.#claims;
  }

  /** Why the source does not answer; undefined while it does. */
  get silence(): string | undefined {
    return this.#silence;
  }

  /** The last fault, until the source measures again. */
  get complaint(): Complaint | undefined {
    return this.#complaint;
  }

  get dependence(): Dependence {
    return this.#dependence;
  }

  /** CLOCK_MONOTONIC_RAW when the source's own clock was last set, by its claims. */
  get setAt(): Instant | undefined {
    return this.#setAt;
  }

  get climb(): StratumClimb | undefined {
    return this.#climb;
  }

  get statedError(): StatedError | undefined {
    return this.#stated;
  }

  /** The longest interval between observations that the source states, ns; zero where it states none. */
  get statedIntervalNs(): Ns {
    return this.#claims.intervalNs ?? 0;
  }

  configure(options: SourceOptions): void {
    this.#options = options;
  }

  /** `utc`: UTC at `now`; undefined while it is not known. */
  claim(claims: Claims, now: Instant, utc: Instant | undefined): void {
    const { referenceTime, synchronised } = claims;
    this.#claims = claims;
    this.host.update(claims.address);
    this.#setAt = utc === undefined || referenceTime === undefined ? undefined : now - (utc - referenceTime);
    this.#climb = climbTo(synchronised ? statedStratum(claims) : UNSYNCHRONISED, now, this.#climb);
    this.#stated = statedError(claims, now, this.#stated);
  }

  reportFault(reason: string, at: Instant): void {
    this.#silence = reason;
    this.#complaint = { reason, at };
  }

  /** The source has sent a report. */
  heard(): void {
    this.#silence = undefined;
  }

  /** The fault has ended: every path is measured again. */
  clearComplaint(): void {
    this.#complaint = undefined;
  }

  relate(dependence: Dependence): void {
    this.#dependence = dependence;
  }

  /** Returns true when this is not what the operator was told last. */
  announce(news: string): boolean {
    const isNew = news !== this.#announced;
    this.#announced = news;
    return isNew;
  }

  /** Returns the track that an observation belongs to, made at its first observation. */
  trackOf(observation: Observation): SourceTrack {
    const path = observation.path ?? '';
    const known = this.tracks.get(path);
    if (known !== undefined) return known;
    const track = new SourceTrack(this, path, observation);
    this.tracks.set(path, track);
    return track;
  }

  /** The next observation over that path begins another track. */
  forget(track: SourceTrack): void {
    for (const [path, known] of this.tracks) if (known === track) this.tracks.delete(path);
  }
}

/** One path of one source. The estimator's record of it is a `TrackFilter`. */
export class SourceTrack {
  /** `id` or `id/path`. */
  readonly key: string;
  readonly source: Source;
  readonly clock: ClockId;
  /** The other local clock of a `link`. */
  readonly versus: ClockId | undefined;
  readonly cadence: Cadence;
  readonly directions = new PathDirections();
  readonly numbering = new PulseNumbering();
  readonly refusals = new ObservationRefusals();
  readonly causality = new CausalityCheck();
  readonly jumps = new JumpHistory();
  readonly limits = new RawLimits();
  readonly admission = new TrackAdmission();
  readonly answerNoise = new AnswerNoise();
  #kind: TrackKind = 'rate';
  #stamp: StampClass;
  #noiseFloorNs: Ns;
  #biasBoundNs: Ns;
  #isLost = false;
  #isStuck = false;
  #fit = NO_FIT;
  #isContested = false;
  #hasVote = false;
  #votedAt: Instant | undefined;
  #state: SourceState = 'warming';
  #reason = 'nothing heard from it yet';

  constructor(source: Source, path: string, { clock, monotonic, stamp, noiseFloorNs, ...first }: Observation) {
    this.key = path === '' ? source.id : `${source.id}/${path}`;
    this.source = source;
    this.clock = clock;
    this.versus = first.kind === 'reading' ? first.versus : undefined;
    this.cadence = new Cadence(monotonic);
    this.#stamp = stamp;
    this.#noiseFloorNs = noiseFloorNs;
    this.#biasBoundNs = source.claims.biasBoundNs ?? 0;
  }

  get kind(): TrackKind {
    return this.#kind;
  }

  get stamp(): StampClass {
    return this.#stamp;
  }

  get noiseFloorNs(): Ns {
    return this.#noiseFloorNs;
  }

  /** The bias bound that the source claimed ahead of the newest observation: gpsd's depends on the kind of comparison. */
  get biasBoundNs(): Ns {
    return this.#biasBoundNs;
  }

  /** True when the track was unreachable at the last ruling and has not been heard since. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** True when the fault that keeps the track from being used is not expected to end soon. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  get fit(): Fit {
    return this.#fit;
  }

  /** True while either this source's time or another one's drifts, and the data do not show yet which. */
  get isContested(): boolean {
    return this.#isContested;
  }

  /** True when the track was a voter at the last judgement. */
  get hasVote(): boolean {
    return this.#hasVote;
  }

  /** CLOCK_MONOTONIC_RAW of the last judgement at which the track was a voter; undefined before the first. */
  get votedAt(): Instant | undefined {
    return this.#votedAt;
  }

  get state(): SourceState {
    return this.#state;
  }

  get reason(): string {
    return this.#reason;
  }

  /** True when the track has an opinion of the time of its own. */
  get votes(): boolean {
    return this.#kind === 'exchange' || this.#kind === 'reading';
  }

  /** True when the track is reachable and the estimate rests on it. */
  get carries(): boolean {
    return this.admission.isAdmitted && !this.#isLost && this.#kind !== 'link';
  }

  /** The direction in which nothing arrives, so that the delay is not measured; undefined when it is. */
  get missingDirection(): LegDirection | undefined {
    if (this.#kind !== 'exchange') return undefined;
    return this.directions.missing(this.source.statedIntervalNs, this.source.complaint?.at);
  }

  /** True when the delay of the path was measured until one direction fell silent. */
  get hasLapsed(): boolean {
    const direction = this.missingDirection;
    return direction !== undefined && this.directions.hasHeard(direction);
  }

  /** Age at which the track counts as silent, ns. */
  get silentAfterNs(): Ns {
    return this.cadence.silentAfterNs(this.source.claims.intervalNs, this.#kind === 'exchange');
  }

  /** Age up to which the next observation is awaited, ns: until the track is silent, or earlier if its interval is a second or less. */
  get awaitedNs(): Ns {
    const { cadence, source, silentAfterNs } = this;
    const awaitedNs = cadence.awaitedNs(source.statedIntervalNs);
    return awaitedNs === 0 ? silentAfterNs : Math.min(silentAfterNs, awaitedNs);
  }

  /** Notes what an observation says about the track itself. */
  note(observation: Observation): void {
    this.cadence.countObservation();
    this.#stamp = observation.stamp;
    this.#noiseFloorNs = observation.noiseFloorNs;
    this.#biasBoundNs = this.source.claims.biasBoundNs ?? 0;
    if (observation.kind === 'leg') this.#kind = 'exchange';
    else if (observation.kind === 'reading') this.#kind = observation.versus === undefined ? 'reading' : 'link';
    else if (observation.kind === 'pulse') {
      this.#kind = 'pulse';
      this.numbering.note(observation);
    }
  }

  noteLeg({ direction }: Leg, now: Instant): void {
    this.directions.noteLeg(direction, now, this.source.statedIntervalNs);
  }

  /** `reason`: why the observation is refused; undefined when it is used. A refused track is learnt like a new one. */
  refuse(reason: string | undefined): void {
    this.refusals.note(reason, this.admission.isAdmitted);
    if (this.refusals.reason !== undefined) this.cadence.restart();
  }

  /** `isStuck`: see the property. */
  setReachable(isReachable: boolean, isStuck: boolean): void {
    this.#isLost = !isReachable;
    this.#isStuck = isStuck;
  }

  /** The track is heard again after a silence. */
  comeBack(): void {
    this.#isLost = false;
  }

  /** `now`: when it votes; undefined if it has no vote. */
  noteVote(now: Instant | undefined): void {
    this.#hasVote = now !== undefined;
    this.#votedAt = now ?? this.#votedAt;
  }

  setFit(fit: Fit | undefined): void {
    this.#fit = fit === undefined ? NO_FIT : { close: fit.close, unusual: fit.unusual, outlier: fit.outlier };
  }

  setContested(isContested: boolean): void {
    this.#isContested = isContested;
  }

  show(state: SourceState, reason: string): void {
    this.#state = state;
    this.#reason = reason;
  }

  /** The track is judged like a new one: after as many updates, on its present observations. */
  judgeAgain(): void {
    this.cadence.restart();
    this.admission.restart();
  }

  /** Forgets the track's observations, not its expulsions: its time or its path has changed. */
  relearn(): void {
    this.admission.countExpulsion();
    this.#restart();
  }

  /** Forgets the track's observations without blame: the machine slept. */
  restartAfterSleep(): void {
    this.#restart();
    this.admission.forgetStreak();
    this.numbering.restart();
    this.#isLost = false;
    this.#fit = NO_FIT;
  }

  #restart(): void {
    this.judgeAgain();
    this.directions.restart();
    this.causality.restart();
    this.jumps.restart();
    this.limits.restart();
  }
}

/** Returns the ids of the tracks' sources, each once. */
export const sourceIdsOf = (tracks: readonly SourceTrack[]): string[] => [
  ...new Set(tracks.map(({ source }) => source.id)),
];

export function allTracks(sources: Iterable<Source>): SourceTrack[] {
  const all: SourceTrack[] = [];
  for (const { tracks } of sources) for (const track of tracks.values()) all.push(track);
  return all;
}
