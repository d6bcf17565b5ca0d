import type { Ns, Pulse, Reading, Stamp } from 'timehub/api';
import type { TimeOffset } from 'timehub/protocol/gpsd';

/** Standard deviation of the arrival of a receiver's serial report, ns: baud rate, other sentences, the scheduler. */
const SERIAL_NOISE_NS = 100e6;
/** The part of it that averaging does not remove, ns: the report moves with the number of satellites. */
const SERIAL_FLOOR_NS = 30e6;
/** gpsd states −20 for pulses stamped by the kernel, −10 and worse for its own thread. */
const KERNEL_PRECISION_LOG2 = -20;
const FINEST_NS = 50;
const COARSEST_NS = 10e6;
/** Latencies between the edge and its stamp, ns: of the interrupt, and of the scheduler for a thread's stamp. */
const KERNEL_LATENCY_NS = 10e3;
const THREAD_LATENCY_NS = 1e6;
/** Maximum age of a comparison, ns: an older one was delayed, or was stamped before the clock was set. */
const OLDEST_NS = 5e9;

export interface SampleOptions {
  /** Replaces the precision that gpsd states for pulses. */
  readonly precisionNs: Ns | undefined;
  readonly serialDelayNs: Ns;
}

/** The device of a pulse, and whether a receiver numbers it. */
export interface PulseOrigin {
  /** `pps` for the receiver's own pulses; another device is another path with its own delay. */
  readonly path: string;
  readonly numbered: boolean;
}

const OWN: PulseOrigin = { path: 'pps', numbered: true };

/** An observation, and the bound of its bias, ns. */
export interface Judged<O> {
  readonly observation: O;
  readonly biasBoundNs: Ns;
}

/**
 * Returns the monotonic instant of a stamp of gpsd, which is of CLOCK_REALTIME; `now` relates the two clocks. Undefined if the
 * stamp is not of the last 5 s.
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
  // The receiver puts its edge on a tick of its oscillator and reports the error.
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
