import type { Claims, ClockState, Leg, Observation, Stamp, StepPolicy, TimeState } from '../../api/index.js';
import { createEngine, type Engine } from '../engine/engine.js';
import type { Action, CoreOptions, Input, SourceOptions } from '../engine/input.js';
import { createEstimator } from '../estimator/index.js';
import type { Estimator } from '../estimator/types.js';
import { EMBEDDED_LEAP_TABLE } from '../leap/leap-seconds.js';
import type { LeapTable } from '../leap/leap-table.js';
import { PLAIN_OPTIONS } from '../tracks/source.js';

/** A simulated source. All times ns. */
export interface SimulatedSource {
  readonly id: string;
  /** Its error: its time − true time. */
  offsetNs: number;
  readonly delayNs: number;
  readonly jitterNs: number;
  readonly everyNs: number;
  readonly kind: 'exchange' | 'reading' | 'pulse';
  readonly path?: string;
  readonly numbered?: boolean;
  /** Directions of an exchange that arrive; default both. */
  ways?: readonly Leg['direction'][];
  /** Claimed ahead of each of its observations. */
  readonly claims?: Partial<Claims>;
  alive: boolean;
}

export interface ClosedLoopOptions {
  readonly core?: Partial<CoreOptions>;
  readonly offsetNs?: number;
  /** Frequency error of the bare oscillator; positive: slow. */
  readonly slowPpb?: number;
  /** Random walk of the oscillator, ppb per √s. */
  readonly wanderPpb?: number;
  readonly leapTable?: LeapTable;
  readonly estimator?: Estimator;
  /** UTC at the start. */
  readonly epochNs?: bigint;
}

type Untimed<T> = T extends unknown ? Omit<T, 'monotonic'> : never;

export const CORE_OPTIONS: CoreOptions = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 100e6 };
const TICK_NS = 1_000_000_000;
/** 2026-01-01 */
const EPOCH_NS = 1_767_225_600_000_000_000n;
const START_NS = 5_000_000_000;

/** One clock, its sources and the engine in a closed loop over simulated time. The same calls give the same results. */
export class ClosedLoop {
  readonly engine: Engine;
  readonly sources: SimulatedSource[] = [];
  readonly actions: { readonly atS: number; readonly action: Action }[] = [];
  readonly inputs: Input[] = [];
  /** True time − clock. */
  thetaNs: number;
  frequencyPpb = 0;
  slowPpb: number;
  refuses = '';
  readonly plain = PLAIN_OPTIONS;
  readonly #wanderPpb: number;
  /** UTC − monotonic time. */
  #epochNs: bigint;
  #nowNs = START_NS;
  #due = new Map<SimulatedSource, number>();
  #tickNs = START_NS + TICK_NS;
  #seed = 12345;

  constructor(options: ClosedLoopOptions = {}) {
    this.thetaNs = options.offsetNs ?? 0;
    this.slowPpb = options.slowPpb ?? 0;
    this.#wanderPpb = options.wanderPpb ?? 0;
    this.#epochNs = (options.epochNs ?? EPOCH_NS) - BigInt(START_NS);
    this.engine = createEngine(
      { ...CORE_OPTIONS, ...options.core },
      options.estimator ?? createEstimator(),
      options.leapTable ?? EMBEDDED_LEAP_TABLE,
    );
    this.accept({ type: 'clock', clock: 'system', frequencyPpb: 0, maxPpb: 500_000 });
  }

  get elapsedS(): number {
    return (this.#nowNs - START_NS) / 1e9;
  }

  add(
    source: Partial<SimulatedSource> & { id: string },
    options: Partial<SourceOptions> = {},
    claims: Partial<Claims> = {},
  ) {
    const full: SimulatedSource = {
      offsetNs: 0,
      delayNs: 1e6,
      jitterNs: 50e3,
      everyNs: 1e9,
      kind: 'exchange',
      alive: true,
      ...source,
    };
    this.sources.push(full);
    this.#due.set(full, this.#nowNs + 100e6 + this.#random() * full.everyNs * 0.1);
    if (this.sources.filter(({ id }) => id === full.id).length === 1)
      this.accept({ type: 'source', id: full.id, options: { ...PLAIN_OPTIONS, ...options } });
    this.claim(full.id, { stratum: 1, rootDelayNs: 0, rootDispersionNs: 10e3, leap: 'none', ...claims });
    return full;
  }

  claim(id: string, claims: Partial<Claims>): void {
    this.accept({ type: 'report', id, claims: { synchronised: true, ...claims }, observations: [] });
  }

  discipline(policy: Partial<StepPolicy> = {}): void {
    const full = {
      thresholdNs: 0.1e9,
      updates: 3,
      panicNs: 1000e9,
      panicAtStart: false,
      maxSlewPpb: 500_000,
      ...policy,
    };
    this.accept({ type: 'discipline', clock: 'system', policy: full });
  }

  kill(source: SimulatedSource, reason = 'no answer to the last 4 requests'): void {
    source.alive = false;
    this.accept({ type: 'unreachable', id: source.id, reason });
  }

  /** Another program steps the clock; the kernel notices at its next input. */
  stepByAnotherProgram(deltaNs: number): void {
    this.thetaNs -= deltaNs;
    this.accept({ type: 'stepped', clock: 'system', deltaNs, byUs: false });
  }

  /** The machine sleeps; the battery-backed clock that carries the time is `errorNs` (reference − clock) wrong in the end. */
  sleep(seconds: number, errorNs: number): void {
    this.#epochNs += BigInt(Math.round(seconds * 1e9));
    this.thetaNs += errorNs;
    this.accept({ type: 'slept', sleptNs: seconds * 1e9 - errorNs });
  }

  /** UTC repeats a second: true time goes back by one. */
  insertLeapSecond(): void {
    this.#epochNs -= 1_000_000_000n;
    this.thetaNs -= 1e9;
  }

  run(seconds: number): void {
    const end = this.#nowNs + seconds * 1e9;
    while (true) {
      const [source, due] = this.#next();
      const at = Math.min(due, this.#tickNs);
      if (at > end) break;
      this.#moveTo(at);
      if (at === this.#tickNs) {
        this.#tickNs += TICK_NS;
        this.slowPpb += this.#wanderPpb * this.#gaussian();
        this.accept({ type: 'tick', stamps: [this.stamp()] });
      } else if (source !== undefined) {
        this.#due.set(source, at + source.everyNs);
        if (source.alive) this.#sendObservations(source);
      }
    }
    this.#moveTo(end);
  }

  accept(input: Untimed<Input>): void {
    const queue: Untimed<Input>[] = [input];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const timed = { ...next, monotonic: BigInt(Math.round(this.#nowNs)) } as Input;
      this.inputs.push(timed);
      for (const action of this.engine.accept(timed)) {
        this.actions.push({ atS: this.elapsedS, action });
        const answer = this.#perform(action);
        if (answer !== undefined) queue.push(answer);
      }
    }
  }

  stamp(): Stamp {
    const monotonic = BigInt(Math.round(this.#nowNs));
    return {
      clock: 'system',
      by: 'kernel',
      monotonic,
      time: this.#epochNs + monotonic - BigInt(Math.round(this.thetaNs)),
    };
  }

  state(): TimeState {
    return this.engine.state([this.stamp()]);
  }

  clock(): ClockState {
    return this.state().clocks[0]!;
  }

  source(id: string) {
    return this.state().sources.find((source) => source.id === id)!;
  }

  texts(kind: string): string[] {
    return this.actions.flatMap(({ action }) =>
      action.type === 'event' && action.kind === kind ? [`${action.id} ${action.text}`] : [],
    );
  }

  #perform(action: Action): Untimed<Input> | undefined {
    if (action.type === 'event') return undefined;
    if (this.refuses !== '') return { type: 'refused', clock: action.clock, reason: this.refuses };
    if (action.type === 'steer') {
      this.frequencyPpb = Math.round(action.frequencyPpb / 0.0153) * 0.0153;
      return { type: 'steered', clock: action.clock, frequencyPpb: this.frequencyPpb };
    }
    this.thetaNs -= action.deltaNs;
    return { type: 'stepped', clock: action.clock, deltaNs: action.deltaNs, byUs: true };
  }

  #next(): [SimulatedSource | undefined, number] {
    let first: [SimulatedSource | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const entry of this.#due) if (entry[1] < first[1]) first = entry;
    return first;
  }

  #moveTo(atNs: number): void {
    this.thetaNs += (this.slowPpb - this.frequencyPpb) * ((atNs - this.#nowNs) / 1e9);
    this.#nowNs = atNs;
  }

  #sendObservations(source: SimulatedSource): void {
    const { id, kind, path, offsetNs, delayNs, jitterNs, claims } = source;
    if (claims !== undefined) this.claim(id, claims);
    const said = this.thetaNs + offsetNs;
    const common = {
      clock: 'system',
      monotonic: BigInt(Math.round(this.#nowNs)),
      stamp: 'kernel',
      noiseFloorNs: 100,
      ...(path === undefined ? {} : { path }),
    } as const;
    const late = (): number => delayNs - jitterNs * Math.log(1 - this.#random());
    const gaussian = (): number => jitterNs * this.#gaussian();
    const observations: Observation[] = [];
    if (kind === 'exchange') {
      const ways = source.ways ?? (['outbound', 'inbound'] as const);
      for (const direction of ways) {
        const sign = direction === 'outbound' ? 1 : -1;
        observations.push({ ...common, kind: 'leg', direction, transitNs: sign * said + late() });
      }
    } else if (kind === 'reading') {
      observations.push({ ...common, kind: 'reading', offsetNs: said + gaussian() });
    } else {
      const second = this.#epochNs + BigInt(Math.round(this.#nowNs / 1e9)) * 1_000_000_000n;
      const edge = second - BigInt(Math.round(this.thetaNs + (offsetNs % 1e9) + gaussian()));
      const numbered = source.numbered === true ? { numberedOffsetNs: this.thetaNs + offsetNs } : {};
      observations.push({ ...common, kind: 'pulse', edge, periodNs: 1e9, ...numbered });
    }
    this.accept({ type: 'report', id, observations });
  }

  #gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return (this.#seed + 0.5) / 4294967296;
  }
}
