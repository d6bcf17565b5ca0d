import {
  type ClockId,
  formatDuration,
  formatSpan,
  type Instant,
  NS_PER_S,
  type Ns,
  type Stamp,
  type TimeState,
} from '../../api/index.js';
import { type Clock, releasedFrequencyPpb } from '../clocks/clock.js';
import { ClockEnsemble } from '../clocks/clock-ensemble.js';
import { extrapolate } from '../clocks/clock-model.js';
import { notePresence } from '../clocks/clock-presence.js';
import { isAnother, type Servo } from '../clocks/servo.js';
import type { Estimator } from '../estimator/types.js';
import { ObservationIntake } from '../intake/observation-intake.js';
import { SourceJumps } from '../intake/source-jumps.js';
import { LeapSchedule, leadOf } from '../leap/leap.js';
import type { LeapTable } from '../leap/leap-table.js';
import type { SavedState } from '../persistence/saved-state.js';
import { StateRestorer } from '../persistence/state-restorer.js';
import { pollAdvice } from '../polling/poll-advice.js';
import { type Holdover, holdoverOf } from '../quality/holdover.js';
import { Quality } from '../quality/quality.js';
import { isPending } from '../selection/eligibility.js';
import { describeCarriers, isInOrder, sourceNews } from '../selection/reasons.js';
import { Selection } from '../selection/selection.js';
import { allTracks, PLAIN_OPTIONS, Source, type SourceTrack } from '../tracks/source.js';
import { ActionList } from './action-list.js';
import type { Action, CoreOptions, Input } from './input.js';
import { LocalMode } from './local-mode.js';
import { initialMode, type ModeState, nextMode } from './mode.js';
import { modeConditionOf } from './mode-condition.js';
import { PromisedModels } from './promised-models.js';
import { timeState } from './time-state.js';

/** The core: takes one input at a time and returns actions. The same inputs give the same results, bit for bit. */
export interface Engine {
  accept(input: Input): readonly Action[];
  /** Returns the time state at fresh readings of the clocks. Changes nothing. */
  state(stamps: readonly Stamp[]): TimeState;
  /** Returns the last decision about a clock, as a clause after its name. */
  decision(clock: ClockId): string;
  /** Returns the time until a source's next request is worth it, `minNs`..`maxNs`. Changes nothing. */
  pollAdvice(source: string, minNs: Ns, maxNs: Ns): Ns;
  /** Forecasts the system clock's bound without any source; undefined while nothing is known. */
  holdover(): Holdover | undefined;
  /** Returns what the next run should start from; undefined while the hub is unsynchronised. */
  savedState(): SavedState | undefined;
}

export const createEngine = (options: CoreOptions, estimator: Estimator, leapTable: LeapTable): Engine =>
  new Core(options, estimator, leapTable);

type InputOf<T extends Input['type']> = Extract<Input, { type: T }>;

/** Time for which no servo acts after a leap second. */
const LEAP_REST_NS = 3 * NS_PER_S;

class Core implements Engine {
  readonly #options: CoreOptions;
  readonly #selection: Selection;
  readonly #ensemble: ClockEnsemble;
  readonly #leap: LeapSchedule;
  readonly #jumps: SourceJumps;
  readonly #intake: ObservationIntake;
  readonly #promised: PromisedModels;
  readonly #quality: Quality;
  readonly #local: LocalMode;
  readonly #restorer: StateRestorer;
  readonly #sources = new Map<string, Source>();
  #mode: ModeState | undefined;
  #now: Instant = 0n;
  /** The event that made the time unknown, until a track carries the estimate again. */
  #cause = '';
  /** Reachable tracks on which the estimate rests. */
  #carriers: readonly SourceTrack[] = [];
  /** Sources of the carriers, or of the last ones. */
  #lastCarriers: readonly Source[] = [];
  readonly #actions = new ActionList();

  constructor(options: CoreOptions, estimator: Estimator, leapTable: LeapTable) {
    this.#options = options;
    this.#selection = new Selection(options);
    const tracks = (): SourceTrack[] => allTracks(this.#sources.values());
    this.#ensemble = new ClockEnsemble(estimator, tracks, options.frequencyTolerancePpb);
    this.#restorer = new StateRestorer(estimator);
    this.#leap = new LeapSchedule(leapTable);
    this.#promised = new PromisedModels(options.promise, this.#ensemble, this.#sources);
    this.#quality = new Quality(options);
    this.#local = new LocalMode(options.localStratum);
    this.#jumps = new SourceJumps({
      ...{ ensemble: this.#ensemble, selection: this.#selection, sources: this.#sources },
      emitEvent: (source, text) => this.#actions.addEvent('source', source, text, { warning: true }),
    });
    this.#intake = new ObservationIntake({
      ...{ ensemble: this.#ensemble, restorer: this.#restorer, leap: this.#leap, jumps: this.#jumps },
      ...{ sources: this.#sources, builtAt: options.builtAt },
      emitEvent: (source, text) => this.#actions.addEvent('source', source, text),
    });
  }

  accept(input: Input): readonly Action[] {
    const before = this.#now;
    this.#now = input.monotonic;
    this.#promised.clear();
    this.#leapIfDue(input.type === 'stepped' && !input.byUs ? leadOf(input.deltaNs) : 0n);
    this.#apply(input, before);
    if (input.type === 'steered') this.#ensemble.refresh(this.#carriers);
    else this.#reselect(input);
    return this.#actions.take();
  }

  state(stamps: readonly Stamp[]): TimeState {
    return timeState({
      stamps,
      now: this.#now,
      mode: this.#mode ?? initialMode(this.#now),
      local: this.#local.isOn ? this.#local.description : undefined,
      clocks: this.#ensemble.clocks,
      sources: this.#sources,
      leap: this.#leap,
      quality: this.#quality,
      estimate: this.#ensemble.estimate,
      majority: this.#promised.majority(this.#now),
      promise: this.#promised.basis,
    });
  }

  decision(id: ClockId): string {
    const clock = this.#ensemble.clocks.get(id);
    if (clock === undefined) return 'is not known';
    return clock.servo?.reason ?? 'is observed and not steered';
  }

  pollAdvice(id: string, minNs: Ns, maxNs: Ns): Ns {
    return pollAdvice(this.#sources.get(id), {
      clocks: this.#ensemble.clocks,
      carried: this.#carriers.length > 0,
      targetErrorNs: this.#options.targetErrorNs,
      minNs,
      maxNs,
    });
  }

  holdover(): Holdover | undefined {
    const model = this.#promised.system(this.#now);
    const { targetErrorNs, trackingErrorNs } = this.#options;
    return model && holdoverOf(extrapolate(model, this.#now), targetErrorNs ?? trackingErrorNs);
  }

  savedState(): SavedState | undefined {
    if ((this.#mode?.mode ?? 'unsynchronised') === 'unsynchronised') return undefined;
    return this.#restorer.save(this.#ensemble.clocks.values(), allTracks(this.#sources.values()));
  }

  #apply(input: Input, before: Instant): void {
    const ensemble = this.#ensemble;
    switch (input.type) {
      case 'clock':
      case 'clock-gone':
        notePresence(input, { ensemble, restorer: this.#restorer, sources: this.#sources });
        break;
      case 'source':
        this.#source(input.id).configure(input.options);
        break;
      case 'source-gone':
        this.#forget(input.id);
        break;
      case 'source-replaced':
        this.#replace(input);
        break;
      case 'report':
        this.#report(input);
        break;
      case 'discontinuity':
        this.#jumps.announced(this.#source(input.id), input.reason, input.jumpNs, this.#now);
        break;
      case 'unreachable':
        this.#source(input.id).reportFault(input.reason, this.#now);
        break;
      case 'discipline':
        this.#discipline(input);
        break;
      case 'steered':
        ensemble.advance(this.#now);
        ensemble.steered(input.clock, input.frequencyPpb, this.#now);
        break;
      case 'stepped':
        this.#stepped(input, before);
        break;
      case 'slept':
        this.#slept(input);
        break;
      case 'refused':
        this.#refused(input);
        break;
      case 'memory':
        this.#restorer.accept(input, ensemble.clocks);
        break;
      case 'tick':
        this.#tick(input);
    }
  }

  #tick({ stamps }: InputOf<'tick'>): void {
    for (const { clock, time, monotonic } of stamps ?? []) this.#ensemble.noteReading(clock, time, monotonic);
    for (const { text, code } of this.#leap.notices(this.#ensemble.utc(this.#now)))
      this.#actions.addEvent('leap', 'utc', text, { code });
  }

  /** At a leap second UTC jumps. The kernel may make the clock jump with it, a moment earlier or later, or not at all. */
  #leapIfDue(lead: Instant): void {
    const utc = this.#ensemble.utc(this.#now);
    const leap = utc === undefined ? undefined : this.#leap.crossed(utc + lead);
    if (utc === undefined || leap === undefined) return;
    const since = utc > leap.at ? utc - leap.at : 0n;
    const isInserted = leap.kind === 'insert';
    this.#ensemble.referenceJumped(isInserted ? -NS_PER_S : NS_PER_S, this.#now - since);
    this.#actions.addEvent('leap', 'utc', `a leap second was ${isInserted ? 'inserted' : 'deleted'}`);
    for (const { servo, scale } of this.#ensemble.clocks.values())
      if (scale === 'utc') servo?.rest(LEAP_REST_NS, 'waits for the leap second to pass', this.#now);
  }

  #forget(id: string): void {
    const tracks = [...(this.#sources.get(id)?.tracks.values() ?? [])];
    this.#sources.delete(id);
    this.#ensemble.remove(tracks);
  }

  #replace({ id, reason }: InputOf<'source-replaced'>): void {
    const { options, tracks } = this.#source(id);
    this.#ensemble.remove([...tracks.values()]);
    // The order of the sources stays.
    this.#sources.set(id, new Source(id, options, this.#options.localStratum));
    this.#actions.addEvent('source', id, reason);
  }

  #report({ id, claims, observations }: InputOf<'report'>): void {
    const source = this.#source(id);
    source.heard();
    // Claims that the source repeats count as stated now.
    const stated = claims ?? (source.statedError && source.claims);
    if (stated !== undefined) {
      source.claim(stated, this.#now, this.#ensemble.utc(this.#now));
      // Observations of the hub's own time must not reach the estimator.
      this.#selection.updateDependences([...this.#sources.values()]);
    }
    if (observations.length === 0) return;
    const heard = this.#intake.accept(source, observations, this.#carriers, this.#now);
    if (heard.some(({ carries }) => carries)) this.#refreshServos();
  }

  #discipline({ clock: id, policy }: InputOf<'discipline'>): void {
    const clock = this.#ensemble.clocks.get(id);
    if (clock === undefined) return;
    this.#ensemble.discipline(clock, policy);
    const frequencyPpb = policy === null ? releasedFrequencyPpb(clock) : this.#restorer.savedFrequencyPpb(clock);
    if (frequencyPpb !== undefined) this.#actions.add({ type: 'steer', clock: id, frequencyPpb });
  }

  #stepped(input: InputOf<'stepped'>, before: Instant): void {
    const { clock: id, deltaNs, byUs } = input;
    this.#ensemble.stepped(input, before);
    const way = `${deltaNs < 0 ? 'back' : 'forward'} by ${formatDuration(Math.abs(deltaNs))}`;
    const text = byUs ? `was stepped ${way}` : `was stepped ${way} by another program; the estimate was moved with it`;
    this.#actions.addEvent('clock', id, text, { warning: !byUs });
    this.#ensemble.clocks.get(id)?.servo?.stepDone();
  }

  /** Every track begins again with what is known of its path and of the oscillators; the time so far has no vote. */
  #slept({ sleptNs }: InputOf<'slept'>): void {
    this.#ensemble.slept(sleptNs, this.#now);
    for (const track of allTracks(this.#sources.values())) track.restartAfterSleep();
    this.#selection.restart();
    this.#quality.slept(sleptNs);
    this.#cause = `the machine slept for ${formatSpan(sleptNs)}`;
    this.#actions.addEvent('clock', 'system', `may be wrong because ${this.#cause}; the sources are measured again`, {
      warning: true,
    });
  }

  #refused({ clock: id, reason }: InputOf<'refused'>): void {
    const servo = this.#ensemble.clocks.get(id)?.servo;
    if (servo?.refused(reason, this.#now)) this.#actions.addEvent('clock', id, servo.reason, { code: 'TH_CLOCK_SET' });
  }

  /** After every input: decides which tracks carry the estimate, the mode, and what to do with the clocks. */
  #reselect({ type }: Input): void {
    const ensemble = this.#ensemble;
    ensemble.advance(this.#now);
    const { admitted, obstacle, steady } = this.#selection.judge([...this.#sources.values()], {
      now: this.#now,
      estimate: ensemble.estimate,
      biasNs: ensemble.biasNs,
      own: ensemble.opinion(),
      drifts: ensemble.drifts,
    });
    if (steady.length > 0) ensemble.assumeNoDrift(steady);
    const hasChanged = ensemble.admit(admitted);
    if (hasChanged) this.#refreshServos();
    const carriers = allTracks(this.#sources.values()).filter(({ carries }) => carries);
    const isNews = hasChanged || carriers.length !== this.#carriers.length;
    this.#carriers = carriers;
    ensemble.refresh(carriers);
    if (type === 'tick' || isNews) describeCarriers(carriers, ensemble.estimate);
    this.#emitSourceEvents();
    this.#updateMode(carriers, obstacle);
    this.#updateLocalMode(type === 'tick');
    this.#updateQuality(carriers);
    for (const clock of ensemble.clocks.values()) if (clock.servo?.isDue(this.#now)) this.#steer(clock, clock.servo);
  }

  #updateMode(carriers: readonly SourceTrack[], obstacle: string): void {
    const before = this.#mode ?? initialMode(this.#now);
    if (carriers.length > 0) {
      this.#cause = '';
      this.#lastCarriers = carriers.map(({ source }) => source);
    }
    const condition = modeConditionOf({
      promised: this.#promised.system(this.#now),
      promise: this.#promised.basis,
      clocks: [...this.#ensemble.clocks.values()],
      sources: [...this.#sources.values()],
      carriers,
      lastCarriers: this.#lastCarriers,
      obstacle,
      cause: this.#cause,
      trackingErrorNs: this.#options.trackingErrorNs,
      estimate: this.#ensemble.estimate,
    });
    this.#mode = nextMode(before, condition, this.#options, this.#now);
    const { mode, reason } = this.#mode;
    if (mode === 'unsynchronised') this.#selection.disownTime();
    const warning = mode === 'holdover' || mode === 'unsynchronised';
    if (mode !== before.mode) this.#actions.addEvent('mode', 'hub', `is ${mode}: ${reason}`, { warning });
  }

  /** `isTick`: at the first tick all sources of the configuration have been declared. */
  #updateLocalMode(isTick: boolean): void {
    const mayBegin = isTick && ![...this.#sources.values()].some((source) => isPending(source, this.#now));
    const news = this.#local.update(this.#mode?.mode ?? 'unsynchronised', mayBegin);
    if (news !== undefined) this.#actions.addEvent('mode', 'hub', news);
  }

  /** Updates what is served to others: leap seconds, NTP view and PTP view. */
  #updateQuality(carriers: readonly SourceTrack[]): void {
    const ensemble = this.#ensemble;
    this.#leap.noteClaims([...new Set(carriers.map(({ source }) => source.claims))]);
    this.#quality.update({
      now: this.#now,
      mode: this.#mode?.mode ?? 'unsynchronised',
      carriers,
      admitted: allTracks(this.#sources.values()).filter(({ admission }) => admission.isAdmitted),
      system: this.#promised.system(this.#now),
      local: this.#local.isOn,
      utcKnown: this.#leap.state(ensemble.utc(this.#now)).taiKnown,
      estimate: ensemble.estimate,
    });
  }

  #steer(clock: Clock, servo: Servo): void {
    const { id } = clock;
    const carried = this.#carriers.length > 0;
    const decision = servo.decide({
      now: this.#now,
      model: this.#mode?.mode !== 'unsynchronised' || carried ? clock.model : undefined,
      carried,
      frequencyPpb: clock.frequencyPpb,
      maxPpb: clock.maxPpb,
    });
    // Cancels the slew before a step, too: otherwise the remaining slew triggers another step.
    if ((decision.type === 'steer' || decision.type === 'step') && isAnother(decision.frequencyPpb, clock.frequencyPpb))
      this.#actions.add({ type: 'steer', clock: id, frequencyPpb: decision.frequencyPpb });
    if (decision.type === 'step')
      this.#actions.add({ type: 'step', clock: id, deltaNs: decision.deltaNs, reason: decision.reason });
    if (decision.type === 'panic' && decision.isNew)
      this.#actions.addEvent('clock', id, decision.reason, { code: 'TH_CLOCK_PANIC' });
  }

  #emitSourceEvents(): void {
    for (const source of this.#sources.values()) {
      const news = sourceNews(source);
      if (news !== undefined) this.#actions.addEvent('source', source.id, news, { warning: !isInOrder(source) });
    }
  }

  #source(id: string): Source {
    const source = this.#sources.get(id) ?? new Source(id, PLAIN_OPTIONS, this.#options.localStratum);
    this.#sources.set(id, source);
    return source;
  }

  #refreshServos(): void {
    for (const { servo } of this.#ensemble.clocks.values()) servo?.refresh();
  }
}
