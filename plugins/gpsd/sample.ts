import type { Ns, Pulse, Reading, Stamp } from 'timehub/api';
import type { TimeOffset } from 'timehub/protocol/gpsd';

/** Scatter of the moment at which a receiver's serial report arrives: baud rate, other sentences, the scheduler. */
const SERIAL_NOISE_NS = 100e6;
/** What averaging does not take away of it: the report moves with the number of satellites. */
const SERIAL_FLOOR_NS = 30e6;
/** gpsd states −20 for pulses stamped by the kernel, −10 and worse for its own thread. */
const KERNEL_PRECISION_LOG2 = -20;
const FINEST_NS = 50;
const COARSEST_NS = 10e6;
/** Between the edge and the kernel's stamp lies the interrupt's latency, between it and a thread's stamp the scheduler. */
const KERNEL_LATENCY_NS = 10e3;
const THREAD_LATENCY_NS = 1e6;
/** A comparison older than this was stuck on the way or was stamped before the clock was set. */
const OLDEST_NS = 5e9;

export interface SampleOptions {
  /** Overrides gpsd's own word about pulses. */
  readonly precisionNs: Ns | undefined;
  readonly serialDelayNs: Ns;
}

/** A pulse as gpsd reports it: of the receiver itself or of another device, with or without a receiver that numbers it. */
export interface PulseOrigin {
  /** `pps` for the receiver's own; another device is another path, with a delay of its own. */
  readonly path: string;
  readonly numbered: boolean;
}

const OWN: PulseOrigin = { path: 'pps', numbered: true };

/** A pulse and how wrong it may be in a way that no data can show. */
export interface Judged<O> {
  readonly observation: O;
  readonly biasBoundNs: Ns;
}

/**
 * gpsd's stamps are CLOCK_REALTIME; `now` ties them to the monotonic clock. Undefined when the stamp cannot be of the
 * last seconds by this clock.
 */
export function eventInstant(sample: TimeOffset, now: Stamp): bigint | undefined {
  const age = now.time - sample.clock;
  return age < 0n || Number(age) > OLDEST_NS ? undefined : now.monotonic - age;
}

export function pulseOf(
  sample: TimeOffset,
  monotonic: bigint,
  options: SampleOptions,
  { path, numbered }: PulseOrigin = OWN,
): Judged<Pulse> {
  const precisionLog2 = sample.precisionLog2 ?? KERNEL_PRECISION_LOG2;
  const kernel = precisionLog2 <= KERNEL_PRECISION_LOG2;
  const noiseFloorNs = options.precisionNs ?? clamp(1e9 * 2 ** precisionLog2, FINEST_NS, COARSEST_NS);
  // The receiver can put its edge on a tick of its own oscillator only and says how far that was off.
  const qErrNs = (sample.qErrPs ?? 0) / 1e3;
  const observation: Pulse = {
    kind: 'pulse',
    clock: 'system',
    path,
    monotonic,
    stamp: kernel ? 'kernel' : 'user',
    noiseFloorNs,
    edge: sample.clock + BigInt(Math.round(qErrNs)),
    periodNs: 1e9,
    ...(numbered ? { numberedOffsetNs: Number(sample.real - sample.clock) - qErrNs } : {}),
  };
  return { observation, biasBoundNs: (kernel ? KERNEL_LATENCY_NS : THREAD_LATENCY_NS) + noiseFloorNs };
}

export function readingOf(sample: TimeOffset, monotonic: bigint, options: SampleOptions): Judged<Reading> {
  const observation: Reading = {
    kind: 'reading',
    clock: 'system',
    path: 'toff',
    monotonic,
    stamp: 'user',
    noiseFloorNs: SERIAL_FLOOR_NS,
    noiseNs: SERIAL_NOISE_NS,
    offsetNs: Number(sample.real - sample.clock) + options.serialDelayNs,
  };
  return { observation, biasBoundNs: Math.max(options.serialDelayNs, SERIAL_NOISE_NS) };
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
