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
import { createServo, decide, isAnother, isDue, refused, rest, type Servo } from '../clocks/servo.js';
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
import type { Change } from '../selection/admission.js';
import { isPending } from '../selection/eligibility.js';
import { describeCarriers, isInOrder, sourceNews } from '../selection/reasons.js';
import { Selection } from '../selection/selection.js';
import {
  allTracks,
  carries,
  claimed,
  createSource,
  PLAIN_OPTIONS,
  reawaken,
  type Source,
  type SourceTrack,
} from '../tracks/source.js';
import type { Action, CoreOptions, Input } from './input.js';
import { LocalMode } from './local-mode.js';
import { initialMode, type ModeState, nextMode } from './mode.js';
import { modeConditionOf } from './mode-condition.js';
import { timeState } from './time-state.js';
import type { Engine } from './types.js';

export type { Engine } from './types.js';

export const createEngine = (options: CoreOptions, estimator: Estimator, leapTable: LeapTable): Engine =>
  new Core(options, estimator, leapTable);

type InputOf<T extends Input['type']> = Extract<Input, { type: T }>;
type EventKind = Extract<Action, { type: 'event' }>['kind'];

interface Remark {
  readonly code?: string | undefined;
  readonly warning?: boolean;
}

/** How long the clocks are left alone at a leap second. */
const LEAP_REST_NS = 3 * NS_PER_S;

class Core implements Engine {
  readonly #options: CoreOptions;
  readonly #selection: Selection;
  readonly #keeper: ClockEnsemble;
  readonly #leap: LeapSchedule;
  readonly #jumps: SourceJumps;
  readonly #hearing: ObservationIntake;
  readonly #quality: Quality;
  readonly #local: LocalMode;
  readonly #recollection: StateRestorer;
  readonly #sources = new Map<string, Source>();
  #mode: ModeState | undefined;
  #now: Instant = 0n;
  /** What made the time unknown that was known, until somebody carries it again. */
  #cause = '';
  /** The living tracks on which the estimate rests. */
  #carriers: readonly SourceTrack[] = [];
  /** Sources that carry the estimate, or did so last. */
  #carried: readonly Source[] = [];
  #actions: Action[] = [];

  constructor(options: CoreOptions, estimator: Estimator, leapTable: LeapTable) {
    this.#options = options;
    this.#selection = new Selection(options);
    this.#keeper = new ClockEnsemble(estimator, () => allTracks(this.#sources.values()));
    this.#recollection = new StateRestorer(estimator);
    this.#leap = new LeapSchedule(leapTable);
    this.#quality = new Quality(options);
    this.#local = new LocalMode(options.localStratum);
    this.#jumps = new SourceJumps({
      ...{ keeper: this.#keeper, selection: this.#selection, sources: this.#sources },
      tell: (source, text) => this.#tell('source', source, text, { warning: true }),
    });
    this.#hearing = new ObservationIntake({
      ...{ keeper: this.#keeper, recollection: this.#recollection, leap: this.#leap, jumps: this.#jumps },
      ...{ sources: this.#sources, builtAt: options.builtAt },
      tell: (source, text) => this.#tell('source', source, text),
    });
  }

  accept(input: Input): readonly Action[] {
    this.#actions = [];
    const before = this.#now;
    this.#now = input.monotonic;
    this.#leapIfDue(input.type === 'stepped' && !input.byUs ? leadOf(input.deltaNs) : 0n);
    this.#take(input, before);
    if (input.type === 'steered') this.#keeper.refresh(this.#carriers);
    else this.#think(input);
    return this.#actions;
  }

  state(stamps: readonly Stamp[]): TimeState {
    return timeState({
      stamps,
      now: this.#now,
      mode: this.#mode ?? initialMode(this.#now),
      local: this.#local.isOn ? this.#local.description : undefined,
      clocks: this.#keeper.clocks,
      sources: this.#sources,
      leap: this.#leap,
      quality: this.#quality,
      estimate: this.#keeper.estimate,
    });
  }

  decision(id: ClockId): string {
    const clock = this.#keeper.clocks.get(id);
    if (clock === undefined) return 'is not known';
    return clock.servo?.reason ?? 'is observed, not steered';
  }

  pollAdvice(id: string, minNs: Ns, maxNs: Ns): Ns {
    return pollAdvice(this.#sources.get(id), {
      clocks: this.#keeper.clocks,
      carried: this.#carriers.length > 0,
      targetErrorNs: this.#options.targetErrorNs,
      minNs,
      maxNs,
    });
  }

  holdover(): Holdover | undefined {
    const model = this.#keeper.clocks.get('system')?.model;
    const { targetErrorNs, trackingErrorNs } = this.#options;
    return model && holdoverOf(extrapolate(model, this.#now), targetErrorNs ?? trackingErrorNs);
  }

  savedState(): SavedState | undefined {
    if ((this.#mode?.mode ?? 'unsynchronised') === 'unsynchronised') return undefined;
    return this.#recollection.memory(this.#keeper.clocks.values(), allTracks(this.#sources.values()));
  }

  #take(input: Input, before: Instant): void {
    switch (input.type) {
      case 'clock':
      case 'clock-gone':
        notePresence(input, { keeper: this.#keeper, recollection: this.#recollection, sources: this.#sources });
        break;
      case 'source':
        this.#source(input.id).options = input.options;
        break;
      case 'source-gone':
        this.#forget(input.id);
        break;
      case 'source-replaced':
        this.#replace(input);
        break;
      case 'observations':
        this.#observe(input);
        break;
      case 'claims':
        claimed(this.#source(input.id), input.claims, this.#now, this.#keeper.utc(this.#now));
        break;
      case 'discontinuity':
        this.#jumps.announced(this.#source(input.id), input.reason, input.jumpNs, this.#now);
        break;
      case 'unreachable':
        this.#source(input.id).silence = input.reason;
        this.#source(input.id).complaint = { reason: input.reason, at: this.#now };
        break;
      case 'discipline':
        this.#discipline(input);
        break;
      case 'steered':
        this.#keeper.advance(this.#now);
        this.#keeper.steered(input.clock, input.frequencyPpb, this.#now);
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
        this.#recollection.take(input, this.#keeper.clocks);
        break;
      case 'tick':
        this.#tick(input);
    }
  }

  #tick({ stamps }: InputOf<'tick'>): void {
    for (const { clock, time, monotonic } of stamps ?? []) this.#keeper.read(clock, time, monotonic);
    for (const { text, code } of this.#leap.notices(this.#keeper.utc(this.#now)))
      this.#tell('leap', 'utc', text, { code });
  }

  /** At a leap second UTC jumps. The clock jumps with it by the kernel's hand, a moment earlier or later, or not at all. */
  #leapIfDue(lead: Instant): void {
    const utc = this.#keeper.utc(this.#now);
    const leap = utc === undefined ? undefined : this.#leap.crossed(utc + lead);
    if (utc === undefined || leap === undefined) return;
    const since = utc > leap.at ? utc - leap.at : 0n;
    this.#keeper.referenceJumped(leap.kind === 'insert' ? -NS_PER_S : NS_PER_S, this.#now - since);
    this.#tell('leap', 'utc', leap.kind === 'insert' ? 'a leap second was inserted' : 'a leap second was left out');
    for (const { servo, scale } of this.#keeper.clocks.values())
      if (servo !== undefined && scale === 'utc')
        rest(servo, LEAP_REST_NS, 'waits for the leap second to pass', this.#now);
  }

  #forget(id: string): void {
    const tracks = [...(this.#sources.get(id)?.tracks.values() ?? [])];
    this.#sources.delete(id);
    this.#keeper.remove(tracks);
  }

  #replace({ id, reason }: InputOf<'source-replaced'>): void {
    const { options, tracks } = this.#source(id);
    this.#keeper.remove([...tracks.values()]);
    // In its place: the order of the sources stays.
    this.#sources.set(id, createSource(id, options, this.#options.localStratum));
    this.#tell('source', id, reason);
  }

  #observe({ id, observations }: InputOf<'observations'>): void {
    const spoken = this.#hearing.hear(this.#source(id), observations, { carriers: this.#carriers, now: this.#now });
    if (spoken.some(carries)) this.#refreshServos();
  }

  #discipline({ clock: id, policy }: InputOf<'discipline'>): void {
    const clock = this.#keeper.clocks.get(id);
    if (clock === undefined) return;
    clock.servo = policy === null ? undefined : createServo(policy);
    const frequencyPpb = policy === null ? releasedFrequencyPpb(clock) : this.#recollection.frequencyPpb(clock);
    if (frequencyPpb !== undefined) this.#actions.push({ type: 'steer', clock: id, frequencyPpb });
  }

  #stepped(input: InputOf<'stepped'>, before: Instant): void {
    const { clock: id, deltaNs, byUs } = input;
    this.#keeper.stepped(input, before);
    const way = `${deltaNs < 0 ? 'back' : 'forward'} by ${formatDuration(Math.abs(deltaNs))}`;
    this.#tell(
      'clock',
      id,
      byUs ? `was stepped ${way}` : `was stepped ${way} by somebody else; the estimate moved along`,
      { warning: !byUs },
    );
    const servo = this.#keeper.clocks.get(id)?.servo;
    if (servo !== undefined) servo.stepping = false;
  }

  /** Everybody begins anew with what is known of paths and oscillators; the time kept so far has no say. */
  #slept({ sleptNs }: InputOf<'slept'>): void {
    this.#keeper.slept(sleptNs, this.#now);
    for (const track of allTracks(this.#sources.values())) reawaken(track);
    this.#selection.reopen();
    this.#quality.slept(sleptNs);
    this.#cause = `the machine slept for ${formatSpan(sleptNs)}`;
    this.#tell('clock', 'system', `is not to be trusted: ${this.#cause}; the sources are asked anew`, {
      warning: true,
    });
  }

  #refused({ clock: id, reason }: InputOf<'refused'>): void {
    const servo = this.#keeper.clocks.get(id)?.servo;
    if (servo !== undefined && refused(servo, reason, this.#now))
      this.#tell('clock', id, servo.reason, { code: 'TH_CLOCK_SET' });
  }

  /** After every input: who carries the estimate, what mode that is, what to do with the clocks. */
  #think({ type }: Input): void {
    const keeper = this.#keeper;
    keeper.advance(this.#now);
    const { changes, obstacle } = this.#selection.judge([...this.#sources.values()], {
      now: this.#now,
      estimate: keeper.estimate,
      biasNs: keeper.biasNs,
      own: keeper.opinion(),
    });
    if (changes.length > 0) this.#refreshServos();
    keeper.distrust(changes.filter(isDisproof).map(({ track }) => track));
    keeper.apply(changes);
    const carriers = allTracks(this.#sources.values()).filter(carries);
    const isNews = changes.length > 0 || carriers.length !== this.#carriers.length;
    this.#carriers = carriers;
    keeper.refresh(carriers);
    if (type === 'tick' || isNews) describeCarriers(carriers, keeper.estimate);
    this.#tellSources();
    this.#changeMode(carriers, obstacle);
    this.#changeLocal(type === 'tick');
    this.#promise(carriers);
    for (const clock of keeper.clocks.values())
      if (clock.servo !== undefined && isDue(clock.servo, this.#now)) this.#steer(clock, clock.servo, carriers);
  }

  #changeMode(carriers: readonly SourceTrack[], obstacle: string): void {
    const before = this.#mode ?? initialMode(this.#now);
    if (carriers.length > 0) this.#cause = '';
    if (carriers.length > 0) this.#carried = carriers.map(({ source }) => source);
    const condition = modeConditionOf({
      clocks: [...this.#keeper.clocks.values()],
      sources: [...this.#sources.values()],
      carriers,
      carried: this.#carried,
      obstacle,
      cause: this.#cause,
      trackingErrorNs: this.#options.trackingErrorNs,
      estimate: this.#keeper.estimate,
    });
    this.#mode = nextMode(before, condition, this.#options, this.#now);
    const { mode, reason } = this.#mode;
    if (mode === 'unsynchronised') this.#selection.disown();
    const warning = mode === 'holdover' || mode === 'unsynchronised';
    if (mode !== before.mode) this.#tell('mode', 'hub', `is ${mode}: ${reason}`, { warning });
  }

  /** `started`: the sources of the configuration have been declared. */
  #changeLocal(started: boolean): void {
    const mayBegin = started && ![...this.#sources.values()].some((source) => isPending(source, this.#now));
    const news = this.#local.update(this.#mode?.mode ?? 'unsynchronised', mayBegin);
    if (news !== undefined) this.#tell('mode', 'hub', news);
  }

  /** What is told to others: leap seconds, NTP and PTP quality. */
  #promise(carriers: readonly SourceTrack[]): void {
    const keeper = this.#keeper;
    this.#leap.hear([...new Set(carriers.map(({ source }) => source.claims))]);
    this.#quality.update({
      now: this.#now,
      mode: this.#mode?.mode ?? 'unsynchronised',
      carriers,
      admitted: allTracks(this.#sources.values()).filter(({ admittedNs }) => admittedNs !== undefined),
      system: keeper.clocks.get('system')?.model,
      local: this.#local.isOn,
      utcKnown: this.#leap.state(keeper.utc(this.#now)).taiKnown,
      estimate: keeper.estimate,
    });
  }

  #steer(clock: Clock, servo: Servo, carriers: readonly SourceTrack[]): void {
    const isKnown = this.#mode?.mode !== 'unsynchronised' || carriers.length > 0;
    const decision = decide(servo, {
      now: this.#now,
      model: isKnown ? clock.model : undefined,
      carried: carriers.length > 0,
      frequencyPpb: clock.frequencyPpb,
      maxPpb: clock.maxPpb,
    });
    const { id } = clock;
    // Before a step, too: what was slewed until now would make the next one due by the time it is thought about.
    if ((decision.type === 'steer' || decision.type === 'step') && isAnother(decision.frequencyPpb, clock.frequencyPpb))
      this.#actions.push({ type: 'steer', clock: id, frequencyPpb: decision.frequencyPpb });
    if (decision.type === 'step')
      this.#actions.push({ type: 'step', clock: id, deltaNs: decision.deltaNs, reason: decision.reason });
    if (decision.type === 'panic' && !servo.panicking)
      this.#tell('clock', id, decision.reason, { code: 'TH_CLOCK_PANIC' });
    servo.panicking = decision.type === 'panic';
  }

  #tellSources(): void {
    for (const source of this.#sources.values()) {
      const news = sourceNews(source);
      if (news !== undefined) this.#tell('source', source.id, news, { warning: !isInOrder(source) });
    }
  }

  #tell(kind: EventKind, id: string, text: string, { code, warning }: Remark = {}): void {
    const remark = { ...(code === undefined ? {} : { code }), ...(warning === true ? { warning } : {}) };
    this.#actions.push({ type: 'event', kind, id, text, ...remark });
  }

  #source(id: string): Source {
    const source = this.#sources.get(id) ?? createSource(id, PLAIN_OPTIONS, this.#options.localStratum);
    this.#sources.set(id, source);
    return source;
  }

  #refreshServos(): void {
    for (const { servo } of this.#keeper.clocks.values()) if (servo !== undefined) servo.fresh = true;
  }
}

/** A source that says itself that it has lost its time was right before. */
const isDisproof = ({ track, biasSigmaNs }: Change): boolean =>
  biasSigmaNs === undefined && track.source.claims.synchronised;
