import { type ClockId, type Instant, NS_PER_S, type Ns, type Observation } from '../../api/index.js';
import type { Input } from '../engine/input.js';
import type { Estimator, TrackEstimate } from '../estimator/types.js';
import { coolingPpb } from '../persistence/saved-state.js';
import { learnAnswerNoise } from '../polling/information-gain.js';
import type { Change } from '../selection/admission.js';
import { isFarBelow } from '../selection/echo.js';
import { BOUND_SIGMAS, distanceNs, VOTE_SIGMAS } from '../selection/root-distance.js';
import type { Interval } from '../selection/vote.js';
import type { SourceTrack } from '../tracks/source.js';
import { statedDriftPpb } from '../tracks/stated-error.js';
import { statedStratum } from '../tracks/stratum.js';
import { type Clock, createClock, doubt, setForward, type TightestBound } from './clock.js';
import { boundNs, type ClockModel, extrapolate, modelOf, notBelow, quickened, stepped } from './clock-model.js';
import { rested } from './sleep.js';
import { usualScale } from './timescale.js';

type InputOf<T extends Input['type']> = Extract<Input, { type: T }>;

/** The error is below this, as `by` has it. */
interface Limit {
  readonly errorNs: Ns;
  readonly by: SourceTrack;
}

/** Time for which the strata of a possible echo must have been steady: in a loop they rise with every round. */
const STEADY_NS = BigInt(3600 * NS_PER_S);

/** A pulse is numbered when half its period is this many sigmas. */
const NUMBERING_SIGMAS = 6;
/** Servers do not agree on how to number the second around a leap. */
const LEAP_DOUBT_NS = BigInt(NS_PER_S);

/**
 * The clocks and what is believed of them: from the estimator while anything is asserted there, running on by itself when
 * every source has been thrown out.
 */
export class ClockEnsemble {
  readonly clocks = new Map<ClockId, Clock>();
  /** The estimator goes on with their slopes: there are never many. */
  readonly #gone = new Set<ClockId>();
  readonly #estimator: Estimator;
  readonly #tracks: () => readonly SourceTrack[];
  /** Of this moment: they are asked for several times. */
  readonly #estimates = new Map<SourceTrack, TrackEstimate | undefined>();
  readonly #offsets = new Map<ClockId, Ns>();
  /** Half the interval of the best carrier. */
  #widthNs: Ns = 0;
  #now: Instant = 0n;

  constructor(estimator: Estimator, tracks: () => readonly SourceTrack[]) {
    this.#estimator = estimator;
    this.#tracks = tracks;
  }

  /** Takes everything to `now`. */
  advance(now: Instant): void {
    if (now === this.#now) return;
    this.#now = now;
    this.#estimator.advance(now);
    this.#moved();
  }

  /** True: it was never there before. */
  declare({ clock: id, frequencyPpb, maxPpb, scale, time, monotonic }: InputOf<'clock'>): boolean {
    const known = this.clocks.get(id);
    const clock = known ?? createClock(id, usualScale(id));
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
      this.doubt(id);
      return false;
    }
    this.#estimator.addClock(id, monotonic);
    return true;
  }

  /** Once nothing is measured by it any more. */
  forget(id: ClockId): void {
    this.clocks.delete(id);
    this.#gone.add(id);
  }

  steered(id: ClockId, frequencyPpb: number, now: Instant): void {
    const clock = this.clocks.get(id);
    if (clock === undefined) return;
    const deltaPpb = frequencyPpb - clock.frequencyPpb;
    clock.frequencyPpb = frequencyPpb;
    if (deltaPpb === 0) return;
    // Once everything is at that moment: a change of rate moves no offset then.
    this.advance(now);
    this.#estimator.controlFrequency(id, deltaPpb, now);
    alter(clock, (model) => quickened(model, deltaPpb, now));
  }

  /** `before`: the last moment at which nobody else had stepped the clock yet. */
  stepped({ clock: id, deltaNs, byUs, monotonic: at }: InputOf<'stepped'>, before: Instant): void {
    const clock = this.clocks.get(id);
    if (clock === undefined) return;
    this.#shift(id, deltaNs, at);
    doubt(clock, { after: byUs ? at : before, at });
    setForward(clock, deltaNs);
    if (!byUs) clock.anchor = undefined;
  }

  /** No phase survives a sleep: the clocks run on with what the battery-backed clock made of them. */
  slept(sleptNs: Ns, now: Instant): void {
    this.advance(now);
    for (const clock of this.clocks.values()) {
      const kept = this.#kept(clock);
      clock.held = kept === undefined ? undefined : rested(extrapolate(kept, now), sleptNs);
      clock.anchor = undefined;
      doubt(clock, { after: 0n, at: now });
      setForward(clock, sleptNs);
    }
    this.#estimator.slept(sleptNs, coolingPpb(sleptNs));
    this.#moved();
  }

  /** UTC itself jumped: every clock that keeps UTC is ahead of it, or behind, until it jumps too. */
  referenceJumped(deltaNs: Ns, at: Instant): void {
    for (const clock of this.clocks.values()) {
      if (clock.scale !== 'utc') continue;
      this.#shift(clock.id, -deltaNs, at);
      doubt(clock, { after: at - LEAP_DOUBT_NS, at: at + 2n * LEAP_DOUBT_NS });
    }
  }

  read(id: ClockId, time: Instant, monotonic: Instant): void {
    const clock = this.clocks.get(id);
    if (clock !== undefined) clock.reading = { time, monotonic };
  }

  /** UTC as far as it is known, from the system clock's last reading. */
  utc(now: Instant): Instant | undefined {
    const clock = this.clocks.get('system');
    if (clock?.reading === undefined || clock.model === undefined) return undefined;
    const { time, monotonic } = clock.reading;
    return time + (now - monotonic) + BigInt(Math.round(clock.model.offsetNs));
  }

  observe(track: SourceTrack, observation: Observation): void {
    this.#estimator.observe(track.key, observation);
    this.#moved();
    track.fed++;
  }

  /** The time of these has jumped, by `jumpNs` if that is known. */
  discontinuity(tracks: readonly SourceTrack[], jumpNs: Ns | undefined): void {
    for (const { key } of tracks) this.#estimator.discontinuity(key, jumpNs);
    this.#moved();
    this.distrust(tracks);
  }

  /** If nobody carries the time any more, it may be wrong by `jumpNs`, by which it may be that it should have jumped. */
  open(jumpNs: Ns): void {
    for (const clock of this.clocks.values())
      if (clock.held !== undefined) clock.held = { ...clock.held, distanceNs: clock.held.distanceNs + jumpNs };
  }

  remove(tracks: readonly SourceTrack[]): void {
    this.#keep(() => {
      for (const { key } of tracks) this.#estimator.removeTrack(key);
    });
  }

  /** Every source that shaped the clock's rate was wrong, or the rate is: it may be anything again. */
  doubt(id: ClockId): void {
    this.#estimator.doubtFrequency(id);
    this.#moved();
    const clock = this.clocks.get(id);
    const slopeSigmaPpb = this.#estimator.clock(id)?.slopeSigmaPpb;
    if (clock !== undefined) clock.anchor = undefined;
    if (clock?.model !== undefined && slopeSigmaPpb !== undefined) clock.model = { ...clock.model, slopeSigmaPpb };
  }

  /** What these vouched for holds no more. */
  distrust(tracks: readonly SourceTrack[]): void {
    for (const clock of this.clocks.values())
      if (clock.anchor !== undefined && tracks.includes(clock.anchor.by)) clock.anchor = undefined;
  }

  apply(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#keep(() => {
      for (const { track, biasSigmaNs } of changes) {
        if (biasSigmaNs === undefined) this.#estimator.withdraw(track.key);
        else this.#estimator.admit(track.key, biasSigmaNs);
      }
    });
  }

  /** Undefined while the track has no phase yet. */
  readonly estimate = (track: SourceTrack): TrackEstimate | undefined => {
    if (this.#estimates.has(track)) return this.#estimates.get(track);
    const found = track.fed > 0 ? this.#estimator.track(track.key) : undefined;
    const estimate = found === undefined || Number.isNaN(found.offsetNs) ? undefined : found;
    this.#estimates.set(track, estimate);
    return estimate;
  };

  /** What a track says beside the estimate of its clock. */
  readonly biasNs = (track: SourceTrack, estimate: TrackEstimate): Ns =>
    estimate.offsetNs - this.#offsetNs(track.clock);

  /** Whether the clock's phase is known to a fraction of a pulse's period. */
  numbered({ clock: id, periodNs }: SourceTrack): boolean {
    const model = this.clocks.get(id)?.model;
    if (model === undefined) return false;
    const now = extrapolate(model, this.#now);
    return NUMBERING_SIGMAS * now.sigmaNs < periodNs / 2 && boundNs(now) < periodNs / 2;
  }

  /** The time kept so far, as an opinion: it stands for the best source that shaped it. */
  opinion(): Interval | undefined {
    const clock = this.clocks.get('system');
    if (clock?.model === undefined) return undefined;
    const kept = extrapolate(clock.held ?? clock.model, this.#now);
    return {
      centreNs: clock.held === undefined ? 0 : kept.offsetNs - this.#offsetNs('system'),
      halfNs: this.#widthNs + BOUND_SIGMAS * kept.sigmaNs,
    };
  }

  /** Takes the models anew; `carriers` limit the error. */
  refresh(carriers: readonly SourceTrack[]): void {
    const asserted = this.#asserted();
    const limits = this.#limits(carriers);
    for (const clock of this.clocks.values()) {
      const found = asserted ? this.#estimator.clock(clock.id) : undefined;
      if (found === undefined) clock.model = this.#kept(clock);
      else {
        const before = clock.model && extrapolate(clock.model, this.#now);
        const model = modelOf(found, this.#now, before?.distanceNs ?? 0, before?.driftPpb ?? 0);
        const least = leastOf(limits, clock.anchor, this.#now);
        const known = limited(clock, model, least);
        clock.model = carriers.length === 0 ? notBelow(known, clock.model) : known;
      }
    }
  }

  /** Notes what answers that are just in have told of their clocks, which rested on `carriers`. */
  weigh(tracks: readonly SourceTrack[], carriers: readonly SourceTrack[], now: Instant): void {
    const before = tracks.map(({ clock }) => this.clocks.get(clock)?.model);
    this.advance(now);
    this.refresh(carriers);
    for (const [i, track] of tracks.entries()) {
      const after = this.clocks.get(track.clock)?.model;
      const noiseNs = this.estimate(track)?.noiseNs;
      if (before[i] === undefined || after === undefined || noiseNs === undefined) continue;
      learnAnswerNoise(track, noiseNs, before[i], after);
    }
  }

  #shift(id: ClockId, deltaNs: Ns, now: Instant): void {
    const clock = this.clocks.get(id)!;
    this.#estimator.controlPhase(id, deltaNs, now);
    this.#moved();
    if (clock.model !== undefined) clock.model = stepped(clock.model, deltaNs);
    alter(clock, (model) => stepped(model, deltaNs));
  }

  /** A clock's offset in the estimator's eyes, whether anything is asserted there or not. */
  #offsetNs(id: ClockId): Ns {
    const known = this.#offsets.get(id) ?? this.#estimator.clock(id)?.offsetNs ?? 0;
    this.#offsets.set(id, known);
    return known;
  }

  /** The estimator has moved. */
  #moved(): void {
    this.#estimates.clear();
    this.#offsets.clear();
  }

  /** Every carrier limits the error. */
  #limits(carriers: readonly SourceTrack[]): readonly Limit[] {
    if (carriers.length > 0) this.#widthNs = Number.POSITIVE_INFINITY;
    return carriers.flatMap((track) => {
      const estimate = this.estimate(track);
      if (estimate === undefined) return [];
      const farNs = distanceNs(track, estimate);
      const biasNs = Math.abs(this.biasNs(track, estimate));
      this.#widthNs = Math.min(this.#widthNs, farNs + VOTE_SIGMAS * estimate.sigmaNs);
      return [{ errorNs: biasNs + farNs + BOUND_SIGMAS * estimate.sigmaNs, by: track }];
    });
  }

  /** Changes what the estimator rests on; when nothing is left of it, the clocks keep the time they had. */
  #keep(change: () => void): void {
    const before = [...this.clocks.values()].map((clock) => ({ clock, kept: clock.held ?? clock.model }));
    change();
    this.#moved();
    const asserted = this.#asserted();
    for (const { clock, kept } of before) clock.held = asserted ? undefined : kept;
  }

  #kept(clock: Clock): ClockModel | undefined {
    return clock.held === undefined ? clock.model : extrapolate(clock.held, this.#now);
  }

  #asserted(): boolean {
    return this.#tracks().some(({ admittedNs, kind }) => admittedNs !== undefined && kind !== 'link');
  }
}

/** What runs on by itself follows what is done to the clock. */
function alter(clock: Clock, change: (model: ClockModel) => ClockModel): void {
  const { held, anchor } = clock;
  if (held !== undefined) clock.held = change(held);
  if (anchor !== undefined) clock.anchor = { ...anchor, model: change(anchor.model) };
}

/**
 * The least limit. When the source of the anchor is silent, one that may have had its time from this hub does not count: it
 * would vouch for the hub with the hub's own statement of some time ago.
 */
function leastOf(limits: readonly Limit[], anchor: TightestBound | undefined, now: Instant): Limit | undefined {
  const isHeard = anchor === undefined || limits.some(({ by }) => by === anchor.by);
  const counting = isHeard ? limits : limits.filter(({ by }) => !mayEcho(by, anchor, now));
  return counting.reduce<Limit | undefined>(
    (least, limit) => (least === undefined || limit.errorNs < least.errorNs ? limit : least),
    undefined,
  );
}

function mayEcho({ source }: SourceTrack, { stratum, model }: TightestBound, now: Instant): boolean {
  const { climb } = source;
  if (!isFarBelow(source, stratum)) return false;
  return now - model.at < STEADY_NS || (climb !== undefined && climb.rises > 0 && now - climb.at < STEADY_NS);
}

/**
 * Limits a clock's error by the living or by what was known before, whichever says more: the clock was within a bound of
 * where that has it now, and the bound has grown since.
 */
function limited(clock: Clock, model: ClockModel, limit: Limit | undefined): ClockModel {
  const before = clock.anchor && extrapolate(clock.anchor.model, model.at);
  if (before === undefined && limit === undefined) return model;
  const errorNs = limit?.errorNs ?? Number.POSITIVE_INFINITY;
  const beforeNs = before === undefined ? errorNs : Math.abs(model.offsetNs - before.offsetNs) + boundNs(before);
  const randomNs = BOUND_SIGMAS * model.sigmaNs;
  const distanceNs = Math.max(Math.min(errorNs, beforeNs) - randomNs, 0);
  if (limit === undefined || errorNs > beforeNs) return { ...model, distanceNs, driftPpb: before!.driftPpb };
  const { source, since } = limit.by;
  const found = { ...model, distanceNs, driftPpb: statedDriftPpb(source.stated, Number(model.at - since)) };
  clock.anchor = { model: found, by: limit.by, stratum: statedStratum(source.claims) };
  return found;
}
