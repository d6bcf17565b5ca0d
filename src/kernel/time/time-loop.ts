import {
  type ClockId,
  type ClockWishes,
  type Discipline,
  HubError,
  type Instant,
  NS_PER_S,
  type Ns,
  promisedBoundNs,
  type Stamp,
  type StepPolicy,
  type Timer,
  type TimeState,
} from '../../api/index.js';
import type { Engine } from '../../core/engine/engine.js';
import type { Action, Input } from '../../core/engine/input.js';
import type { SavedState } from '../../core/persistence/saved-state.js';
import type { Holdover } from '../../core/quality/holdover.js';
import { type EventLog, NO_EVENT_LOG } from '../event-log/event-log.js';
import { stateDigest } from '../event-log/state-digest.js';
import type { Host, HostClock } from '../host.js';
import { ClockSteps } from './clock-steps.js';
import { type ClockUse, OpenClocks } from './open-clocks.js';
import { requireSettable } from './settable-range.js';
import { Steering } from './steering.js';
import { corrected } from './wall-time.js';

type Untimed<T> = T extends unknown ? Omit<T, 'monotonic'> : never;
type EventAction = Extract<Action, { type: 'event' }>;

export interface TimeLoopParts {
  readonly host: Host;
  readonly engine: Engine;
  readonly eventLog: EventLog;
  /** Called with each event after its state was published. */
  readonly onEvent: (event: EventAction) => void;
  /** Called with each input before the engine gets it. */
  readonly onInput: (input: Input) => void;
  /** Interval of ticks while there is no other input. Default 1 s. */
  readonly quietTickNs?: Ns | undefined;
}

const TICK_NS = NS_PER_S;
/** Time after an input during which the ticks are not slower than `TICK_NS`. */
const BUSY_NS = 10 * NS_PER_S;
/** Interval of the state digests in the event log, which a replay compares. */
const DIGEST_NS = 60 * NS_PER_S;

/**
 * Feeds the engine with one input after the other, applies its actions to the clocks, and publishes the new state. Each input
 * goes to the event log before it has an effect.
 */
export class TimeLoop {
  readonly #host: Host;
  readonly #engine: Engine;
  readonly #eventLog: EventLog;
  readonly #onEvent: TimeLoopParts['onEvent'];
  readonly #onInput: TimeLoopParts['onInput'];
  readonly #quietTickNs: Ns;
  readonly #queue: Input[] = [];
  readonly #pendingEvents: EventAction[] = [];
  readonly #handlers = new Set<(state: TimeState) => void>();
  readonly #wakeHandlers: (() => void)[] = [];
  readonly #clocks: OpenClocks;
  readonly #steps: ClockSteps;
  readonly #steering = new Steering();
  #draining = false;
  #inputAt: Instant = 0n;
  #digestAt: Instant = 0n;
  #state: TimeState;
  #ticker: Timer | undefined;

  constructor({ host, engine, eventLog, onEvent, onInput, quietTickNs = NS_PER_S }: TimeLoopParts) {
    this.#host = host;
    this.#engine = engine;
    this.#eventLog = eventLog;
    this.#onEvent = onEvent;
    this.#onInput = onInput;
    this.#quietTickNs = quietTickNs;
    this.#steps = new ClockSteps(host);
    this.#clocks = new OpenClocks({
      host,
      opened: (clock) => this.#clockOpened(clock),
      gone: (id, error) => this.#clockGone(id, error),
    });
    for (const clock of this.#clocks.all()) this.#declareClock(clock);
    this.#drain();
    this.#state = this.#read();
  }

  start(): void {
    this.#awaitTick();
  }

  stop(): void {
    this.#ticker?.cancel();
  }

  accept(input: Untimed<Input>): void {
    this.#speedUp();
    this.#take(this.#timed(input));
  }

  /** Returns the newest state, never one from before a step of a clock. */
  state(): TimeState {
    if (!this.#draining) {
      this.#findSteps();
      if (this.#queue.length > 0) this.#work();
    }
    return this.#state;
  }

  /** `handler` is called soon after the machine woke from a sleep. */
  onWake(handler: () => void): void {
    this.#wakeHandlers.push(handler);
  }

  /** Calls `handler` with each new state. Returns the function that ends this. */
  onState(handler: (state: TimeState) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Throws `TH_CLOCK_UNKNOWN`. */
  read(id: ClockId): Stamp {
    return this.#clocks.get(id).read();
  }

  /** Opens a hardware clock, which the hub knows until it is released. `lost` is called when its device vanishes. */
  openClock(id: ClockId, wishes: ClockWishes | undefined, lost: (error: Error) => void): ClockUse {
    return this.#clocks.open(id, wishes, lost);
  }

  /** Returns the engine's last decision about a clock, in a sentence. */
  decision(clock: ClockId): string {
    return this.#engine.decision(clock);
  }

  /** Returns the time for which the hub would stay good without any source. */
  holdover(): Holdover | undefined {
    return this.#engine.holdover();
  }

  /** Returns the time until the next observation of a source is worth asking for, within these limits. */
  worthAskingIn(source: string, minNs: Ns, maxNs: Ns): Ns {
    return this.#engine.pollAdvice(source, minNs, maxNs);
  }

  /** The engine's state for the next start, with the corrected UTC of now. Undefined while UTC is not known. */
  savedState(): { readonly state: SavedState; readonly utc: Instant } | undefined {
    const state = this.#engine.savedState();
    const system = this.#state.clocks[0]!;
    return state === undefined ? undefined : { state, utc: corrected(system, this.#host.monotonic()) };
  }

  discipline(id: ClockId, policy: StepPolicy, owner: string): Discipline {
    this.#steering.grant(this.#clocks.get(id), owner);
    this.accept({ type: 'discipline', clock: id, policy });
    const decision = () => this.decision(id);
    return {
      get reason() {
        return decision();
      },
      release: () => {
        if (!this.#steering.isOwner(id, owner)) return;
        this.accept({ type: 'discipline', clock: id, policy: null });
        this.#steering.release(id);
      },
    };
  }

  #take(input: Input): void {
    this.#queue.push(input);
    if (!this.#draining) this.#work();
  }

  #work(): void {
    this.#drain();
    this.#publish();
  }

  #awaitTick(): void {
    const ns = this.#isBusy() ? Math.min(TICK_NS, this.#quietTickNs) : this.#quietTickNs;
    this.#ticker = this.#host.after(ns, () => this.#tick());
  }

  #tick(): void {
    this.#awaitTick();
    this.#clocks.each((clock) => this.#watchWriter(clock));
    this.#take({ type: 'tick', stamps: this.#clocks.read(), monotonic: this.#host.monotonic() });
    this.#declare();
    this.#digest();
  }

  #isBusy(): boolean {
    return Number(this.#host.monotonic() - this.#inputAt) < BUSY_NS;
  }

  /** After an input the engine works second by second, even if ticks are slower. */
  #speedUp(): void {
    if (this.#quietTickNs <= TICK_NS) return;
    const wasQuiet = !this.#isBusy();
    this.#inputAt = this.#host.monotonic();
    if (!wasQuiet || this.#ticker === undefined) return;
    this.#ticker.cancel();
    this.#awaitTick();
  }

  #enqueue(input: Untimed<Input>): void {
    this.#queue.push(this.#timed(input));
  }

  /** V8 copies an input slowly, so those that come each second have their instant from the start. */
  #timed(input: Untimed<Input>): Input {
    return { ...input, monotonic: this.#host.monotonic() } as Input;
  }

  #drain(): void {
    this.#draining = true;
    try {
      this.#findSteps();
      for (let input = this.#queue.shift(); input !== undefined; input = this.#queue.shift()) {
        this.#eventLog.write(input);
        this.#onInput(input);
        if (input.type === 'slept') for (const handler of this.#wakeHandlers) this.#host.after(0, handler);
        for (const action of this.#engine.accept(input)) this.#perform(action);
      }
    } finally {
      this.#draining = false;
    }
  }

  #perform(action: Action): void {
    if (action.type === 'event') {
      this.#eventLog.write(action);
      this.#pendingEvents.push(action);
    } else if (action.type === 'steer') {
      this.#attempt(action.clock, (clock) => {
        this.#watchWriter(clock);
        const frequencyPpb = this.#steering.set(clock, action.frequencyPpb);
        this.#queue.push({ type: 'steered', clock: clock.id, frequencyPpb, monotonic: this.#host.monotonic() });
      });
    } else {
      this.#attempt(action.clock, (clock) => {
        requireSettable(clock, action.deltaNs);
        const deltaNs = clock.step(action.deltaNs);
        this.#steps.settle(clock);
        this.#enqueue({ type: 'stepped', clock: clock.id, deltaNs, byUs: true });
      });
    }
  }

  #attempt(id: ClockId, work: (clock: HostClock) => void): void {
    try {
      work(this.#clocks.get(id));
    } catch (error) {
      this.#enqueue({ type: 'refused', clock: id, reason: (error as Error).message });
    }
  }

  /** Sleeps and other programs' steps become inputs before the observations that were stamped across them. */
  #findSteps(): void {
    const monotonic = this.#queue[0]?.monotonic ?? this.#host.monotonic();
    const slept = this.#steps.slept();
    const found: Input[] = slept === 0n ? [] : [{ type: 'slept', sleptNs: Number(slept), monotonic }];
    this.#clocks.each((clock) => {
      const delta = this.#steps.stepped(clock);
      if (delta === 0n) return;
      found.push({ type: 'stepped', clock: clock.id, deltaNs: Number(delta), byUs: false, monotonic });
    });
    this.#queue.unshift(...found);
  }

  #digest(): void {
    const now = this.#host.monotonic();
    if (this.#eventLog === NO_EVENT_LOG || Number(now - this.#digestAt) < DIGEST_NS) return;
    this.#digestAt = now;
    const stamps = this.#clocks.read();
    this.#eventLog.write({ type: 'digest', stamps, digest: stateDigest(this.#engine.state(stamps)) });
  }

  /** Declares the quality of the steered clocks to the operating system. */
  #declare(): void {
    const { mode, clocks, leap, promise } = this.#state;
    for (const id of this.#steering.clocks) {
      const clock = clocks.find((candidate) => candidate.id === id);
      if (clock === undefined) continue;
      this.#attempt(id, (hostClock) =>
        hostClock.declare({
          synchronised: mode === 'tracking' || mode === 'holdover',
          maxErrorNs: promisedBoundNs(clock, promise),
          estErrorNs: clock.sigmaNs,
          leap: leap.pending,
          taiMinusUtc: leap.taiKnown ? leap.taiMinusUtc : 0,
        }),
      );
    }
  }

  #publish(): void {
    this.#state = this.#read();
    for (const handler of this.#handlers) handler(this.#state);
    for (const event of this.#pendingEvents.splice(0)) this.#onEvent(event);
  }

  #read(): TimeState {
    const state = this.#engine.state(this.#clocks.read());
    // A clock that has just gone is hidden before the engine has that input.
    const clocks = state.clocks.filter(({ id }) => this.#clocks.has(id));
    return clocks.length === state.clocks.length ? state : { ...state, clocks };
  }

  #declareClock(clock: HostClock): void {
    this.#steps.settle(clock);
    const { id, maxPpb, scale } = clock;
    const { time } = clock.read();
    this.#enqueue({ type: 'clock', clock: id, frequencyPpb: clock.frequencyPpb(), maxPpb, scale, time });
  }

  #clockOpened(clock: HostClock): void {
    this.#declareClock(clock);
    if (!this.#draining) this.#work();
  }

  #clockGone(id: ClockId, error: Error | undefined): void {
    this.#steps.forget(id);
    this.#steering.forget(id);
    this.#enqueue({ type: 'clock-gone', clock: id });
    if (error === undefined && !this.#draining) this.#work();
    if (error !== undefined) {
      const code = error instanceof HubError ? error.code : 'TH_CLOCK_GONE';
      this.#pendingEvents.push({ type: 'event', kind: 'clock', id, text: `is lost: ${error.message}`, code });
    }
  }

  #watchWriter(clock: HostClock): void {
    const { id } = clock;
    const intrusion = this.#steering.watch(clock, this.#host.monotonic());
    if (intrusion === undefined) return;
    const { frequencyPpb, text } = intrusion;
    this.#enqueue({ type: 'steered', clock: id, frequencyPpb });
    if (text !== undefined)
      this.#pendingEvents.push({ type: 'event', kind: 'clock', id, text, code: 'TH_CLOCK_CONFLICT' });
  }
}
