import { type ClockId, type Instant, NS_PER_S, type Ns, type Observation, type StepPolicy } from '../../api/index.js';
import type { Input } from '../engine/input.js';
import type { Drifts, Estimator, TrackChanges, TrackEstimate } from '../estimator/types.js';
import { coolingPpb } from '../persistence/saved-state.js';
import type { Interval } from '../selection/vote.js';
import type { SourceTrack } from '../tracks/source.js';
import { STEADY, USUAL_TOLERANCE_PPB } from './bound-growth.js';
import { type Clock, controlNs, createClock, noteJump, shiftReading } from './clock.js';
import {
  BOUND_SIGMAS,
  boundNs,
  type ClockModel,
  extrapolate,
  modelOf,
  notBelow,
  offsetAt,
  quickened,
  stepped,
} from './clock-model.js';
import { errorLimits, type LimitContext, leastWidthNs } from './error-limits.js';
import { changeHeld, withDoubt } from './held-model.js';
import { MomentCache } from './moment-cache.js';
import { Servo } from './servo.js';
import { afterSleep } from './sleep.js';
import { bounded, leastLimit } from './tightest-bound.js';
import { usualScale } from './timescale.js';

type InputOf<T extends Input['type']> = Extract<Input, { type: T }>;

/** A pulse can be numbered if half its period is at least this many sigmas of its clock. */
const NUMBERING_SIGMAS = 6;
/** Servers do not agree on the number of the second around a leap. */
const LEAP_DOUBT_NS = BigInt(NS_PER_S);

/**
 * The clocks and their models. It alone talks to the estimator, and alone writes the clocks. While a track is admitted the
 * models are the estimator's; after that they run on by themselves.
 */
export class ClockEnsemble {
  readonly clocks = new Map<ClockId, Clock>();
  /** Clocks that are gone, whose slopes the estimator keeps: there are never many. */
  readonly #gone = new Set<ClockId>();
  readonly #estimator: Estimator;
  readonly #tracks: () => readonly SourceTrack[];
  /** Greatest sudden change of a clock's rate. */
  readonly tolerancePpb: number;
  /** Tracks of which the estimator has had an observation. */
  readonly #observed = new Set<SourceTrack>();
  /** Caches of the estimator's results at this moment. */
  readonly #estimates = new MomentCache<SourceTrack, TrackEstimate>();
  readonly #offsets = new MomentCache<ClockId, Ns>();
  /** Half the interval of the best carrier. */
  #widthNs: Ns = 0;
  #now: Instant = 0n;

  constructor(estimator: Estimator, tracks: () => readonly SourceTrack[], tolerancePpb = USUAL_TOLERANCE_PPB) {
    this.#estimator = estimator;
    this.#tracks = tracks;
    this.tolerancePpb = tolerancePpb;
  }

  /** Predicts everything to `now`. */
  advance(now: Instant): void {
    if (now === this.#now) return;
    this.#now = now;
    this.#estimator.advance(now);
    this.#clearCaches();
  }

  /** Returns true when the clock was never there before. */
  declare({ clock: id, frequencyPpb, maxPpb, scale, time, monotonic }: InputOf<'clock'>): boolean {
    const known = this.clocks.get(id);
    const clock = known ?? createClock(id, usualScale(id), monotonic);
    clock.scale = scale ?? clock.scale;
    clock.maxPpb = maxPpb;
    if (time !== undefined) clock.reading = { time, monotonic };
    if (known !== undefined) {
      this.steered(id, frequencyPpb, monotonic);
      return false;
    }
    this.clocks.set(id, clock);
    clock.frequencyPpb = frequencyPpb;
    // It may be another device of the same name.
    if (this.#gone.delete(id)) {
      this.doubtFrequency(id);
      return false;
    }
    this.#estimator.addClock(id, monotonic);
    return true;
  }

  /** To be called when no track is measured by the clock any more. */
  forget(id: ClockId): void {
    this.clocks.delete(id);
    this.#gone.add(id);
  }

  /** `policy`: null for a clock that is no longer steered. */
  discipline(clock: Clock, policy: StepPolicy | null): void {
    clock.servo = policy === null ? undefined : new Servo(policy);
  }

  steered(id: ClockId, frequencyPpb: number, now: Instant): void {
    const clock = this.clocks.get(id);
    if (clock === undefined) return;
    const deltaPpb = frequencyPpb - clock.frequencyPpb;
    clock.control = { ns: controlNs(clock, now), at: now };
    clock.frequencyPpb = frequencyPpb;
    if (deltaPpb === 0) return;
    // Once everything is predicted to that moment, a change of rate moves no offset.
    this.advance(now);
    this.#estimator.controlFrequency(id, deltaPpb, now);
    changeHeld(clock, (model) => quickened(model, deltaPpb, now));
  }

  /** `before`: the last moment at which the clock had not been stepped by another program yet. */
  stepped({ clock: id, deltaNs, byUs, monotonic: at }: InputOf<'stepped'>, before: Instant): void {
    const clock = this.clocks.get(id);
    if (clock === undefined) return;
    this.#shift(clock, deltaNs, at);
    noteJump(clock, { after: byUs ? at : before, at });
    shiftReading(clock, deltaNs);
    if (!byUs) clock.tightest = undefined;
  }

  /** No phase survives a sleep: no track is admitted, and the clocks run on from the battery-backed clock's time. */
  slept(sleptNs: Ns, now: Instant): void {
    this.advance(now);
    for (const clock of this.clocks.values()) {
      const kept = this.#keptModel(clock);
      clock.held = kept === undefined ? undefined : afterSleep(extrapolate(kept, now), sleptNs);
      clock.tightest = undefined;
      noteJump(clock, { after: 0n, at: now });
      shiftReading(clock, sleptNs);
    }
    this.#estimator.slept(sleptNs, coolingPpb(sleptNs));
    this.#clearCaches();
    this.#observed.clear();
    for (const track of this.#tracks()) track.admission.record(undefined);
  }

  /** UTC itself jumps at a leap second: every clock that keeps UTC is off by it until it jumps, too. */
  referenceJumped(deltaNs: Ns, at: Instant): void {
    for (const clock of this.clocks.values()) {
      if (clock.scale !== 'utc') continue;
      this.#shift(clock, -deltaNs, at);
      noteJump(clock, { after: at - LEAP_DOUBT_NS, at: at + 2n * LEAP_DOUBT_NS });
    }
  }

  noteReading(id: ClockId, time: Instant, monotonic: Instant): void {
    const clock = this.clocks.get(id);
    if (clock !== undefined) clock.reading = { time, monotonic };
  }

  /** Returns UTC by the system clock's last reading; undefined while it is not known. */
  utc(now: Instant): Instant | undefined {
    const clock = this.clocks.get('system');
    if (clock?.reading === undefined || clock.model === undefined) return undefined;
    const { time, monotonic } = clock.reading;
    return time + (now - monotonic) + BigInt(Math.round(clock.model.offsetNs));
  }

  observe(track: SourceTrack, observation: Observation): void {
    this.#noteLimits(track, observation);
    this.#noteHeard(track, observation);
    this.#estimator.observe(track.key, observation);
    this.#clearCaches();
    this.#observed.add(track);
  }

  /** The time of these tracks has jumped, by `jumpNs` if that is known. */
  discontinuity(tracks: readonly SourceTrack[], jumpNs: Ns | undefined): void {
    for (const { key } of tracks) this.#estimator.discontinuity(key, jumpNs);
    this.#clearCaches();
    this.distrust(tracks);
  }

  /** Without carriers, widens the held bounds by the size of a jump that is not followed: the jump may have been right. */
  widenHeldBounds(jumpNs: Ns): void {
    for (const clock of this.clocks.values())
      if (clock.held !== undefined) clock.held = { ...clock.held, distanceNs: clock.held.distanceNs + jumpNs };
  }

  remove(tracks: readonly SourceTrack[]): void {
    this.#changeAdmissions(() => {
      for (const track of tracks) {
        this.#estimator.removeTrack(track.key);
        this.#observed.delete(track);
        this.#estimates.delete(track);
      }
    });
  }

  /** Reopens the estimate of a clock's rate: every source that shaped it was wrong, or the rate itself has changed. */
  doubtFrequency(id: ClockId): void {
    this.#estimator.doubtFrequency(id);
    this.#clearCaches();
    const clock = this.clocks.get(id);
    const slopeSigmaPpb = this.#estimator.clock(id)?.slopeSigmaPpb;
    if (clock !== undefined) clock.tightest = undefined;
    if (clock?.model !== undefined && slopeSigmaPpb !== undefined) clock.model = { ...clock.model, slopeSigmaPpb };
  }

  /** Drops the tightest bounds that these tracks gave. */
  distrust(tracks: readonly SourceTrack[]): void {
    for (const clock of this.clocks.values())
      if (clock.tightest !== undefined && tracks.includes(clock.tightest.by)) clock.tightest = undefined;
  }

  /** Makes these the admitted tracks, each with its bias sigma. Returns true when that changed anything. */
  admit(admitted: ReadonlyMap<SourceTrack, Ns>): boolean {
    const changed = this.#tracks().filter((track) => track.admission.differsFrom(admitted.get(track)));
    if (changed.length === 0) return false;
    // A source that reports itself that it has lost its time was right before.
    this.distrust(changed.filter((track) => !admitted.has(track) && track.source.claims.synchronised));
    this.#changeAdmissions(() => {
      for (const track of changed) this.#assert(track, admitted.get(track));
    });
    return true;
  }

  /** Withdraws the admission of one track until it is judged again. */
  withdraw(track: SourceTrack): void {
    if (track.admission.isAdmitted) this.#changeAdmissions(() => this.#assert(track, undefined));
  }

  /** Undefined while the track has no phase yet. */
  readonly estimate = (track: SourceTrack): TrackEstimate | undefined => {
    const known = this.#estimates.get(track);
    if (known !== undefined || !this.#observed.has(track)) return known;
    const estimate = this.#estimator.track(track.key);
    if (estimate !== undefined) this.#estimates.set(track, estimate);
    return estimate;
  };

  /** Returns what the estimator has found of the jumps of a track; undefined while the track has no phase yet. */
  changes(track: SourceTrack): TrackChanges | undefined {
    return this.#observed.has(track) ? this.#estimator.changes(track.key) : undefined;
  }

  /** Each track must have a phase. */
  readonly drifts = (tracks: readonly SourceTrack[]): Drifts => this.#estimator.drifts(tracks.map(({ key }) => key));

  /** The sources of these tracks do not drift; the estimate so far was bent by another one that does. */
  assumeNoDrift(tracks: readonly SourceTrack[]): void {
    this.#estimator.assumeNoDrift(tracks.map(({ key }) => key));
    this.#clearCaches();
    for (const clock of this.clocks.values()) clock.tightest = undefined;
  }

  /** Returns the offset of a track − the estimate of its clock. */
  readonly biasNs = (track: SourceTrack, estimate: TrackEstimate): Ns =>
    estimate.offsetNs - this.#offsetNs(track.clock);

  /**
   * Returns the interval of the truth by the newest observations of a track alone, as a bias against the model of its clock,
   * without what the source concedes. The clock's rate is its model's ± `tolerancePpb`. Undefined while a side is not limited.
   */
  rawInterval(track: SourceTrack, tolerancePpb: number): Interval | undefined {
    const clock = this.clocks.get(track.clock);
    if (clock?.model === undefined) return undefined;
    const ratePpb = clock.frequencyPpb + clock.model.slopePpb;
    const modelNs = offsetAt(clock.model, this.#now) + controlNs(clock, this.#now);
    const hiNs = track.limits.upperNs(this.#now, ratePpb, tolerancePpb) - modelNs;
    const loNs = track.limits.lowerNs(this.#now, ratePpb, tolerancePpb) - modelNs;
    if (!Number.isFinite(hiNs - loNs)) return undefined;
    return { centreNs: (loNs + hiNs) / 2, halfNs: Math.abs(hiNs - loNs) / 2 };
  }

  /** Returns the change of a clock's offset since an earlier moment; undefined if it was steered or stepped between. */
  changeSinceNs(id: ClockId, at: Instant): Ns | undefined {
    const clock = this.clocks.get(id);
    if (clock === undefined || at < clock.control.at) return undefined;
    return clock.model === undefined ? 0 : offsetAt(clock.model, this.#now) - offsetAt(clock.model, at);
  }

  /** Returns true when the clock's phase is known to a fraction of the pulse's period. */
  canNumber({ clock: id, numbering: { periodNs } }: SourceTrack): boolean {
    const model = this.clocks.get(id)?.model;
    if (model === undefined) return false;
    const now = extrapolate(model, this.#now);
    return NUMBERING_SIGMAS * now.sigmaNs < periodNs / 2 && boundNs(now) < periodNs / 2;
  }

  /** Returns the hub's time so far as an opinion: it stands for the best source that shaped it. */
  opinion(): Interval | undefined {
    const clock = this.clocks.get('system');
    if (clock?.model === undefined) return undefined;
    const kept = extrapolate(clock.held ?? clock.model, this.#now);
    return {
      centreNs: clock.held === undefined ? 0 : kept.offsetNs - this.#offsetNs('system'),
      halfNs: this.#widthNs + BOUND_SIGMAS * kept.sigmaNs,
    };
  }

  /** Updates the models from the estimator; the carriers bound their errors. */
  refresh(carriers: readonly SourceTrack[]): void {
    const isAsserted = this.#isAsserted();
    const { tolerancePpb, estimate, biasNs } = this;
    const context: LimitContext = { now: this.#now, tolerancePpb, estimate, biasNs };
    if (carriers.length > 0) this.#widthNs = leastWidthNs(carriers, estimate);
    this.distrust(carriers.filter(({ isContested }) => isContested));
    for (const clock of this.clocks.values()) {
      const found = isAsserted ? this.#estimator.clock(clock.id) : undefined;
      if (found === undefined) {
        if (clock.held !== undefined) clock.held = withDoubt(clock.held, this.#estimator.clock(clock.id), this.#now);
        clock.model = this.#keptModel(clock);
        continue;
      }
      const before = clock.model && extrapolate(clock.model, this.#now);
      const unbounded = modelOf(found, this.#now, before?.distanceNs ?? 0, before ?? STEADY);
      const limit = leastLimit(errorLimits(carriers, clock.heardAt, context), clock.tightest, this.#now);
      const { model, tightest } = bounded(unbounded, limit, clock.tightest);
      clock.tightest = tightest;
      clock.model = carriers.length === 0 ? notBelow(model, clock.model) : model;
    }
  }

  /** Learns from the change of the models how much the answers tell that have just arrived on these tracks. */
  learnAnswerNoise(tracks: readonly SourceTrack[], carriers: readonly SourceTrack[], now: Instant): void {
    const before = tracks.map(({ clock }) => this.clocks.get(clock)?.model);
    this.advance(now);
    this.refresh(carriers);
    for (const [i, track] of tracks.entries()) {
      const after = this.clocks.get(track.clock)?.model;
      const noiseNs = this.estimate(track)?.noiseNs;
      if (before[i] === undefined || after === undefined || noiseNs === undefined) continue;
      track.answerNoise.learn(noiseNs, before[i], after);
    }
  }

  /** A stamp from before the last control is left out: the control between them is not known to it. */
  #noteLimits({ limits }: SourceTrack, observation: Observation): void {
    const clock = this.clocks.get(observation.clock);
    const { monotonic: at, kind } = observation;
    if (clock === undefined || at < clock.control.at) return;
    if (kind === 'leg' && observation.direction === 'outbound')
      limits.noteUpper(observation.transitNs + controlNs(clock, at), at);
    else if (kind === 'leg') limits.noteLower(controlNs(clock, at) - observation.transitNs, at);
    else if (kind === 'reading') {
      limits.noteUpper(observation.offsetNs + controlNs(clock, at), at);
      limits.noteLower(observation.offsetNs + controlNs(clock, at), at);
    }
  }

  #noteHeard(track: SourceTrack, { clock: id, monotonic }: Observation): void {
    for (const one of track.versus === undefined ? [id] : [id, track.versus]) {
      const clock = this.clocks.get(one);
      if (clock !== undefined && monotonic > clock.heardAt) clock.heardAt = monotonic;
    }
  }

  #shift(clock: Clock, deltaNs: Ns, now: Instant): void {
    clock.control = { ns: controlNs(clock, now) + deltaNs, at: now };
    this.#estimator.controlPhase(clock.id, deltaNs, now);
    this.#clearCaches();
    if (clock.model !== undefined) clock.model = stepped(clock.model, deltaNs);
    changeHeld(clock, (model) => stepped(model, deltaNs));
  }

  /** Returns a clock's offset by the estimator, whether a track is admitted or not. */
  #offsetNs(id: ClockId): Ns {
    const known = this.#offsets.get(id);
    if (known !== undefined) return known;
    const offsetNs = this.#estimator.clock(id)?.offsetNs ?? 0;
    this.#offsets.set(id, offsetNs);
    return offsetNs;
  }

  #clearCaches(): void {
    this.#estimates.clear();
    this.#offsets.clear();
  }

  /** The one place at which the estimator is told of an admission. */
  #assert(track: SourceTrack, sigmaNs: Ns | undefined): void {
    if (sigmaNs === undefined) this.#estimator.withdraw(track.key);
    else this.#estimator.admit(track.key, sigmaNs);
    track.admission.record(sigmaNs);
  }

  /** Changes the admitted tracks. If none is left afterwards, the clocks keep their time. */
  #changeAdmissions(change: () => void): void {
    const before = [...this.clocks.values()].map((clock) => ({ clock, kept: clock.held ?? clock.model }));
    change();
    this.#clearCaches();
    const isAsserted = this.#isAsserted();
    for (const { clock, kept } of before) clock.held = isAsserted ? undefined : kept;
  }

  #keptModel(clock: Clock): ClockModel | undefined {
    return clock.held === undefined ? clock.model : extrapolate(clock.held, this.#now);
  }

  #isAsserted(): boolean {
    return this.#tracks().some(({ admission, kind }) => admission.isAdmitted && kind !== 'link');
  }
}
