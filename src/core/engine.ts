import {
  type Claims,
  type ClockId,
  formatDuration,
  type Instant,
  type Observation,
  type Stamp,
  type TimeState,
} from '../api/index.js';
import { describeCarriers, SLIPPED_PULSES, standingOf } from './account.js';
import { type Clock, createClock, remember } from './clock.js';
import { boundNs, type ClockModel, extrapolate, quickened, stepped } from './clock-model.js';
import { BOUND_SIGMAS, distanceNs } from './distance.js';
import type { Estimator, TrackEstimate } from './estimator/types.js';
import type { Action, CoreOptions, Input } from './input.js';
import { comparable } from './intake.js';
import { LeapWatch } from './leap.js';
import type { LeapTable } from './leap-table.js';
import { initialMode, type ModeState, nextMode } from './mode.js';
import { Quality } from './quality.js';
import { type Change, carries, comeBack, Selection } from './selection.js';
import { list } from './sentence.js';
import { createServo, decide, refused, type Servo } from './servo.js';
import { createSource, heard, note, PLAIN_OPTIONS, type Source, type Track, trackOf } from './source.js';
import { mayVote } from './standing.js';
import { timeState } from './time-state.js';
import { usualScale } from './timescale.js';

/** The core: takes what happened, answers what to do, shows the time. Same inputs, same answers, bit for bit. */
export interface Engine {
  accept(input: Input): readonly Action[];
  /** The estimate at fresh readings of the clocks. Changes nothing. */
  state(stamps: readonly Stamp[]): TimeState;
  /** The last decision about a clock, in a sentence. */
  decision(clock: ClockId): string;
  claims(source: string): Claims | undefined;
}

export const createEngine = (options: CoreOptions, estimator: Estimator, leapTable: LeapTable): Engine =>
  new Core(options, estimator, leapTable);

type InputOf<T extends Input['type']> = Extract<Input, { type: T }>;

/** A pulse is numbered when its period is this many sigmas wide on either side. */
const NUMBERING_SIGMAS = 6;
/** The hub's own time gets a vote once this many independent sources stood behind it. */
const CONFIRMATIONS = 2;

class Core implements Engine {
  readonly #options: CoreOptions;
  readonly #estimator: Estimator;
  readonly #selection: Selection;
  readonly #leap: LeapWatch;
  readonly #quality: Quality;
  readonly #clocks = new Map<ClockId, Clock>();
  readonly #sources = new Map<string, Source>();
  #mode: ModeState = initialMode(0n);
  #now: Instant = 0n;
  #confirmed = false;
  /** Something that carries the estimate spoke since the servo last looked. */
  #fresh = false;
  #obstacle = '';
  #actions: Action[] = [];

  constructor(options: CoreOptions, estimator: Estimator, leapTable: LeapTable) {
    this.#options = options;
    this.#estimator = estimator;
    this.#selection = new Selection(options);
    this.#leap = new LeapWatch(leapTable);
    this.#quality = new Quality(options);
  }

  accept(input: Input): readonly Action[] {
    this.#actions = [];
    if (this.#now === 0n) this.#mode = initialMode(input.monotonic);
    const before = this.#now;
    this.#now = input.monotonic;
    this.#take(input, before);
    this.#think();
    return this.#actions;
  }

  state(stamps: readonly Stamp[]): TimeState {
    return timeState({
      stamps,
      now: this.#now,
      mode: this.#mode,
      clocks: this.#clocks,
      sources: this.#sources,
      leap: this.#leap,
      quality: this.#quality,
      estimate: this.#estimate,
    });
  }

  decision(id: ClockId): string {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return 'is not known';
    return clock.servo === undefined ? 'is observed, not steered' : clock.servo.reason;
  }

  claims(source: string): Claims | undefined {
    return this.#sources.get(source)?.claims;
  }

  #take(input: Input, before: Instant): void {
    switch (input.type) {
      case 'clock':
        this.#declare(input);
        break;
      case 'source':
        this.#configure(input);
        break;
      case 'source-gone':
        this.#forget(input.id);
        break;
      case 'observations':
        this.#observe(input);
        break;
      case 'claims':
        this.#source(input.id).claims = input.claims;
        break;
      case 'unreachable':
        this.#source(input.id).silence = input.reason;
        break;
      case 'discipline': {
        const clock = this.#clocks.get(input.clock);
        if (clock !== undefined) clock.servo = input.policy === null ? undefined : createServo(input.policy);
        break;
      }
      case 'steered':
        this.#steered(input);
        break;
      case 'stepped':
        this.#stepped(input, before);
        break;
      case 'refused':
        this.#refused(input);
        break;
      case 'tick':
        for (const { clock, time, monotonic } of input.stamps ?? []) this.#read(clock, time, monotonic);
    }
  }

  #declare({ clock: id, frequencyPpb, maxPpb, scale }: InputOf<'clock'>): void {
    const known = this.#clocks.get(id);
    const clock = known ?? createClock(id, usualScale(id));
    if (known === undefined) {
      this.#clocks.set(id, clock);
      this.#estimator.addClock(id, this.#now);
    } else if (known.frequencyPpb !== frequencyPpb) {
      this.#estimator.controlFrequency(id, frequencyPpb - known.frequencyPpb, this.#now);
    }
    clock.scale = scale ?? clock.scale;
    clock.frequencyPpb = frequencyPpb;
    clock.maxPpb = maxPpb;
  }

  #configure({ id, options }: InputOf<'source'>): void {
    const known = this.#sources.get(id);
    if (known === undefined) this.#sources.set(id, createSource(id, options));
    else known.options = options;
  }

  #forget(id: string): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    const tracks = [...source.tracks.values()].filter(({ fed }) => fed > 0);
    this.#sources.delete(id);
    this.#keep(() => {
      for (const track of tracks) this.#estimator.removeTrack(track.key);
    });
  }

  #observe({ id, observations }: InputOf<'observations'>): void {
    const source = this.#source(id);
    source.silence = '';
    const ordered = [...observations].sort((a, b) => Number(a.monotonic - b.monotonic));
    const spoken = new Set<Track>();
    for (const observation of ordered) {
      const track = trackOf(source, observation);
      note(track, observation);
      if (!spoken.has(track)) this.#apply(comeBack(track, this.#sources.values()));
      spoken.add(track);
      this.#feed(track, observation);
    }
    for (const track of spoken) {
      heard(track, this.#now);
      if (carries(track)) this.#fresh = true;
    }
  }

  #feed(track: Track, observation: Observation): void {
    const taiMinusUtc = this.#leap.state(this.#utc()).taiMinusUtc;
    const fit = comparable(observation, { clocks: this.#clocks, options: track.source.options, taiMinusUtc });
    if (fit === undefined) return;
    if (fit.kind !== 'pulse') {
      this.#hand(track, fit);
      return;
    }
    this.#read(fit.clock, fit.edge, fit.monotonic);
    if (this.#numbered(track)) {
      this.#compareNumbering(track, fit.numberedOffsetNs);
      this.#hand(track, fit);
      return;
    }
    if (fit.numberedOffsetNs === undefined || this.#anyVoter()) return;
    const { clock, monotonic, stamp, noiseFloorNs, numberedOffsetNs: offsetNs } = fit;
    this.#hand(track, { kind: 'reading', clock, monotonic, stamp, noiseFloorNs, offsetNs });
  }

  #hand(track: Track, observation: Observation): void {
    this.#estimator.observe(track.key, observation);
    track.fed++;
  }

  /** How many periods the receiver's own numbering is from the estimate. */
  #compareNumbering(track: Track, numberedNs: number | undefined): void {
    const model = this.#clocks.get(track.clock)?.model;
    if (model === undefined || numberedNs === undefined) return;
    const slip = Math.round((extrapolate(model, this.#now).offsetNs - numberedNs) / track.periodNs);
    track.slipRun = slip === track.slip ? track.slipRun + 1 : 1;
    track.slip = slip;
    if (slip !== 0 && track.slipRun === SLIPPED_PULSES) {
      const by = formatDuration(Math.abs(slip) * track.periodNs);
      this.#tell(
        'source',
        track.source.id,
        `numbers its pulses ${by} too ${slip > 0 ? 'late' : 'early'}; the others are believed`,
      );
    }
  }

  #steered({ clock: id, frequencyPpb }: InputOf<'steered'>): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    const deltaPpb = frequencyPpb - clock.frequencyPpb;
    clock.frequencyPpb = frequencyPpb;
    if (deltaPpb === 0) return;
    this.#estimator.controlFrequency(id, deltaPpb, this.#now);
    if (clock.held !== undefined) clock.held = quickened(clock.held, deltaPpb, this.#now);
  }

  #stepped({ clock: id, deltaNs, byUs }: InputOf<'stepped'>, before: Instant): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    this.#estimator.controlPhase(id, deltaNs, this.#now);
    if (clock.held !== undefined) clock.held = stepped(clock.held, deltaNs);
    remember(clock, { after: byUs ? this.#now : before, at: this.#now, deltaNs });
    const way = `${deltaNs < 0 ? 'back' : 'forward'} by ${formatDuration(Math.abs(deltaNs))}`;
    if (byUs) this.#tell('clock', id, `was stepped ${way}`);
    else this.#tell('clock', id, `was stepped ${way} by somebody else; the estimate moved with it`);
    if (clock.servo !== undefined) clock.servo.stepping = false;
  }

  #refused({ clock: id, reason }: InputOf<'refused'>): void {
    const servo = this.#clocks.get(id)?.servo;
    if (servo === undefined) return;
    const before = servo.reason;
    refused(servo, reason, this.#now);
    if (servo.reason !== before) this.#tell('clock', id, servo.reason, 'TH_CLOCK_SET');
  }

  /** After every input: who carries the estimate, what mode that is, what to do with the clocks. */
  #think(): void {
    this.#estimator.advance(this.#now);
    const outcome = this.#selection.judge(this.#sources.values(), {
      now: this.#now,
      estimate: this.#estimate,
      biasNs: (track, estimate) => estimate.offsetNs - (this.#estimator.clock(track.clock)?.offsetNs ?? 0),
      own: this.#ownVote(),
      numbered: this.#numbered,
    });
    this.#obstacle = outcome.obstacle;
    if (outcome.votes >= CONFIRMATIONS) this.#confirmed = true;
    if (outcome.changes.length > 0) this.#fresh = true;
    this.#apply(outcome.changes);
    const carriers = this.#tracks().filter(carries);
    this.#refresh(carriers);
    describeCarriers(carriers, this.#estimate);
    this.#tellSources();
    this.#changeMode(carriers);
    this.#leap.hear([...new Set(carriers.map(({ source }) => source.claims))]);
    for (const { text, code } of this.#leap.notices(this.#utc())) this.#tell('leap', 'utc', text, code);
    const system = this.#clocks.get('system')?.model;
    const utcKnown = this.#leap.state(this.#utc()).taiKnown;
    this.#quality.update({
      mode: this.#mode.mode,
      carriers,
      system,
      utcKnown,
      estimate: this.#estimate,
      now: this.#now,
    });
    for (const clock of this.#clocks.values()) if (clock.servo !== undefined) this.#steer(clock, clock.servo, carriers);
    this.#fresh = false;
  }

  #apply(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#keep(() => {
      for (const { track, biasSigmaNs } of changes) {
        if (biasSigmaNs === undefined) this.#estimator.exclude(track.key);
        else this.#estimator.admit(track.key, biasSigmaNs);
      }
    });
  }

  /** Does something to the estimator's assertions; when none is left afterwards, the clocks keep the time they had. */
  #keep(change: () => void): void {
    const kept = new Map([...this.#clocks.values()].map((clock) => [clock, this.#modelNow(clock)]));
    change();
    const asserted = this.#tracks().some(({ admittedNs, kind }) => admittedNs !== undefined && kind !== 'link');
    for (const [clock, model] of kept) clock.held = asserted ? undefined : (clock.held ?? model);
    for (const clock of this.#clocks.values()) clock.model = kept.get(clock);
  }

  #modelNow(clock: Clock): ClockModel | undefined {
    if (clock.held !== undefined) return extrapolate(clock.held, this.#now);
    return clock.model;
  }

  /** Takes the models from the estimator, or lets them run on where nothing is asserted any more. */
  #refresh(carriers: readonly Track[]): void {
    const asserted = this.#tracks().some(({ admittedNs, kind }) => admittedNs !== undefined && kind !== 'link');
    for (const clock of this.#clocks.values()) {
      const found = asserted ? this.#estimator.clock(clock.id) : undefined;
      if (found === undefined) clock.model = this.#modelNow(clock);
      else {
        const best = carriers.length > 0 ? this.#leastErrorNs(carriers) - BOUND_SIGMAS * found.sigmaNs : undefined;
        const distanceNs = best === undefined ? (clock.model?.distanceNs ?? 0) : Math.max(best, 0);
        clock.model = { ...found, at: this.#now, distanceNs };
      }
    }
  }

  /** What the best of the carriers promises: every one of them limits the error. */
  #leastErrorNs(carriers: readonly Track[]): number {
    let least = Number.POSITIVE_INFINITY;
    for (const track of carriers) {
      const estimate = this.#estimate(track);
      const clock = this.#estimator.clock(track.clock);
      if (estimate === undefined || clock === undefined) continue;
      const biasNs = Math.abs(estimate.offsetNs - clock.offsetNs);
      least = Math.min(least, biasNs + distanceNs(track, estimate) + BOUND_SIGMAS * estimate.sigmaNs);
    }
    return least;
  }

  #changeMode(carriers: readonly Track[]): void {
    const system = this.#clocks.get('system')?.model;
    const before = this.#mode;
    const far = this.#options.trackingErrorNs;
    this.#mode = nextMode(
      before,
      {
        known: system !== undefined,
        boundNs: system === undefined ? Number.POSITIVE_INFINITY : boundNs(system),
        carriers: [...new Set(carriers.map(({ source }) => source.id))],
        loss: this.#loss(),
        slewing: [...this.#clocks.values()]
          .filter(({ servo, model }) => servo !== undefined && model !== undefined && Math.abs(model.offsetNs) > far)
          .map(({ id }) => `the clock ${id}`),
      },
      this.#options,
      this.#now,
    );
    if (this.#mode.mode === 'unsynchronised') this.#confirmed = false;
    if (this.#mode.mode !== before.mode) this.#tell('mode', 'hub', `is ${this.#mode.mode}: ${this.#mode.reason}`);
  }

  #loss(): string {
    if (this.#obstacle !== '') return this.#obstacle;
    if (this.#sources.size === 0) return 'there is no source';
    const standings = [...this.#sources.values()].map((source) => ({ id: source.id, ...standingOf(source) }));
    const silent = standings.filter(({ state }) => state === 'unreachable');
    if (silent.length === standings.length) return `no source answers: ${silent[0]!.id}: ${silent[0]!.reason}`;
    const warming = standings.filter(({ state }) => state === 'warming').map(({ id }) => id);
    return warming.length > 0 ? `${list(warming)} being learnt` : 'no source may be used';
  }

  #steer(clock: Clock, servo: Servo, carriers: readonly Track[]): void {
    const usable = this.#mode.mode !== 'unsynchronised' || carriers.length > 0;
    const decision = decide(servo, {
      now: this.#now,
      model: usable ? clock.model : undefined,
      fresh: this.#fresh && carriers.length > 0,
      frequencyPpb: clock.frequencyPpb,
      maxPpb: clock.maxPpb,
    });
    if (decision.type === 'steer')
      this.#actions.push({ type: 'steer', clock: clock.id, frequencyPpb: decision.frequencyPpb });
    if (decision.type === 'step')
      this.#actions.push({ type: 'step', clock: clock.id, deltaNs: decision.deltaNs, reason: decision.reason });
    if (decision.type === 'panic' && !servo.panicking) this.#tell('clock', clock.id, decision.reason, 'TH_CLOCK_PANIC');
    servo.panicking = decision.type === 'panic';
  }

  #tellSources(): void {
    for (const source of this.#sources.values()) {
      const { state, reason } = standingOf(source);
      const news = state === 'agrees' || state === 'numbering' ? 'combined' : state;
      if (news === 'warming' || news === source.told) continue;
      source.told = news;
      this.#tell('source', source.id, state === 'unreachable' ? `is unreachable: ${reason}` : `is ${state}: ${reason}`);
    }
  }

  #tell(kind: Extract<Action, { type: 'event' }>['kind'], id: string, text: string, code?: string): void {
    this.#actions.push({ type: 'event', kind, id, text, ...(code === undefined ? {} : { code }) });
  }

  #source(id: string): Source {
    const known = this.#sources.get(id) ?? createSource(id, PLAIN_OPTIONS);
    this.#sources.set(id, known);
    return known;
  }

  #tracks(): Track[] {
    return [...this.#sources.values()].flatMap((source) => [...source.tracks.values()]);
  }

  /** Undefined while the track has no phase yet. */
  readonly #estimate = (track: Track): TrackEstimate | undefined => {
    const found = track.fed > 0 ? this.#estimator.track(track.key) : undefined;
    return found === undefined || Number.isNaN(found.offsetNs) ? undefined : found;
  };

  readonly #numbered = ({ clock: id, periodNs }: Track): boolean => {
    const model = this.#clocks.get(id)?.model;
    if (model === undefined) return false;
    const now = extrapolate(model, this.#now);
    return NUMBERING_SIGMAS * now.sigmaNs < periodNs / 2 && boundNs(now) < periodNs / 2;
  };

  #anyVoter(): boolean {
    return [...this.#sources.values()].some((source) => mayVote(source, this.#now));
  }

  #ownVote(): { readonly centreNs: number; readonly halfNs: number } | undefined {
    const clock = this.#clocks.get('system');
    const model = clock === undefined || !this.#confirmed ? undefined : this.#modelNow(clock);
    if (model === undefined) return undefined;
    const now = extrapolate(model, this.#now);
    const estimated = this.#estimator.clock('system')?.offsetNs ?? now.offsetNs;
    return { centreNs: clock!.held === undefined ? 0 : now.offsetNs - estimated, halfNs: boundNs(now) };
  }

  #read(id: ClockId, time: Instant, monotonic: Instant): void {
    const clock = this.#clocks.get(id);
    if (clock !== undefined) clock.reading = { time, monotonic };
  }

  /** UTC as far as it is known, from the system clock's last reading. */
  #utc(): Instant | undefined {
    const clock = this.#clocks.get('system');
    if (clock?.reading === undefined || clock.model === undefined) return undefined;
    const { time, monotonic } = clock.reading;
    return time + (this.#now - monotonic) + BigInt(Math.round(clock.model.offsetNs));
  }
}
