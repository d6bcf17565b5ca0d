import { type ClockId, type ClockScale, type Instant, NS_PER_S, type Ns, type Observation } from '../../api/index.js';
import type { ClockModel } from './clock-model.js';
import type { Servo } from './servo.js';
import type { TightestBound } from './tightest-bound.js';

/** A jump of a clock or of its reference, between `after` and `at` (equal for a step by the hub). */
export interface ClockJump {
  readonly after: Instant;
  readonly at: Instant;
}

/** One local clock as the core knows it. `ClockEnsemble` alone writes it. */
export interface Clock {
  readonly id: ClockId;
  scale: ClockScale;
  /** The correction that is set now, ppb. */
  frequencyPpb: number;
  maxPpb: number;
  /** Undefined while the clock is not steered. */
  servo: Servo | undefined;
  /** The present estimate; undefined while nothing is known. */
  model: ClockModel | undefined;
  /** The model that runs on after the last admission was withdrawn; undefined while a track is admitted. */
  held: ClockModel | undefined;
  /** Stays valid while it grows by the oscillator's wander. */
  tightest: TightestBound | undefined;
  /** Sum of all steps and slews until `at`, ns: the offset + this is that of the clock without any control. */
  control: { readonly ns: Ns; readonly at: Instant };
  /** The last reading, from which the clock's time at other moments is extrapolated. */
  reading: { readonly time: Instant; readonly monotonic: Instant } | undefined;
  /** CLOCK_MONOTONIC_RAW of the last observation by it or of it. */
  heardAt: Instant;
  /** Recent jumps, the newest last. */
  jumps: readonly ClockJump[];
}

/** Greatest expected age of an observation at its arrival. */
const OLDEST_OBSERVATION_NS = 120_000_000_000n;

/** `at`: CLOCK_MONOTONIC_RAW of its first reading. */
export const createClock = (id: ClockId, scale: ClockScale, at: Instant = 0n): Clock => ({
  id,
  scale,
  frequencyPpb: 0,
  maxPpb: 500_000,
  servo: undefined,
  model: undefined,
  held: undefined,
  tightest: undefined,
  control: { ns: 0, at },
  reading: undefined,
  heardAt: at,
  jumps: [],
});

/** Returns the correction to leave on a clock that is no longer steered: its best rate, without the slew of the moment. */
export const releasedFrequencyPpb = ({ model, frequencyPpb, maxPpb }: Clock): number | undefined =>
  model === undefined ? undefined : Math.max(-maxPpb, Math.min(maxPpb, frequencyPpb + model.slopePpb));

/** Returns the sum of all steps and slews until `at`, which is not before the last control. */
export const controlNs = ({ control, frequencyPpb }: Clock, at: Instant): Ns =>
  control.ns + frequencyPpb * (Number(at - control.at) / NS_PER_S);

export function noteJump(clock: Clock, jump: ClockJump): void {
  clock.jumps = [...clock.jumps.filter(({ at }) => jump.at - at < OLDEST_OBSERVATION_NS), jump];
}

/** Applies a step of the clock to its last reading. */
export function shiftReading(clock: Clock, deltaNs: Ns): void {
  if (clock.reading === undefined) return;
  clock.reading = { ...clock.reading, time: clock.reading.time + BigInt(Math.round(deltaNs)) };
}

/** Returns true when a stamp may be from either side of a jump. The phase of a pulse is lost at any jump after its stamp. */
export function isAcrossJump({ jumps }: Clock, { monotonic, kind }: Pick<Observation, 'monotonic' | 'kind'>): boolean {
  return jumps.some(({ after, at }) => monotonic < at && (monotonic > after || kind === 'pulse'));
}
