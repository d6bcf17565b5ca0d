import type { ClockId, ClockScale, Instant, Ns, Observation } from '../../api/index.js';
import type { SourceTrack } from '../tracks/source.js';
import type { ClockModel } from './clock-model.js';
import type { Servo } from './servo.js';

/** A jump of a clock or of its reference, between `after` and `at` (equal when it was our own). */
export interface ClockJump {
  readonly after: Instant;
  readonly at: Instant;
}

/** The least error so far, as it runs on by itself, and who vouched for it. */
export interface TightestBound {
  readonly model: ClockModel;
  readonly by: SourceTrack;
  /** Stratum of its source at that time. */
  readonly stratum: number;
}

/** One local clock as the core knows it. */
export interface Clock {
  readonly id: ClockId;
  scale: ClockScale;
  frequencyPpb: number;
  maxPpb: number;
  /** While it is steered. */
  servo: Servo | undefined;
  /** The estimate in force; undefined while nothing is known. */
  model: ClockModel | undefined;
  /** What is kept when no source carries the estimate any more, because they all contradict each other. */
  held: ClockModel | undefined;
  /** What was known best of it stays valid while it grows by what the oscillator may do. */
  anchor: TightestBound | undefined;
  /** A reading, to know roughly what the clock says at other moments. */
  reading: { readonly time: Instant; readonly monotonic: Instant } | undefined;
  /** The newest last. */
  jumps: readonly ClockJump[];
}

/** Observations that are older than this at their arrival are not expected. */
const MEMORY_NS = 120_000_000_000n;

export const createClock = (id: ClockId, scale: ClockScale): Clock => ({
  id,
  scale,
  frequencyPpb: 0,
  maxPpb: 500_000,
  servo: undefined,
  model: undefined,
  held: undefined,
  anchor: undefined,
  reading: undefined,
  jumps: [],
});

/** A clock that nobody steers any more keeps its best rate: a slew without an end would carry it away. */
export const releasedFrequencyPpb = ({ model, frequencyPpb, maxPpb }: Clock): number | undefined =>
  model === undefined ? undefined : Math.max(-maxPpb, Math.min(maxPpb, frequencyPpb + model.slopePpb));

/** Stamps of this time are to be looked at with suspicion. */
export function doubt(clock: Clock, jump: ClockJump): void {
  clock.jumps = [...clock.jumps.filter(({ at }) => jump.at - at < MEMORY_NS), jump];
}

/** Takes a step of the clock into its last reading. */
export function setForward(clock: Clock, deltaNs: Ns): void {
  if (clock.reading === undefined) return;
  clock.reading = { ...clock.reading, time: clock.reading.time + BigInt(Math.round(deltaNs)) };
}

/** Whether nobody can tell on which side of a jump a stamp was taken, or what is left of its phase after one. */
export function isAcrossJump({ jumps }: Clock, { monotonic, kind }: Pick<Observation, 'monotonic' | 'kind'>): boolean {
  return jumps.some(({ after, at }) => monotonic < at && (monotonic > after || kind === 'pulse'));
}
