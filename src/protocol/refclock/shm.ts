import type { Instant, Ns } from '../../api/time.js';
import { LITTLE_ENDIAN, leapOf, leapValue, type RefclockSample } from './sample.js';

/**
 * The shared memory of ntpd's reference clock 28 (refclock_shm of NTP's distribution), on machines of 64 bits: one segment a unit,
 * in which one program writes the newest sample and another one takes it.
 */

/** Length of the segment, octets. */
export const SHM_OCTETS = 96;
/** "NTP0": the key of unit 0. */
const FIRST_KEY = 0x4e545030;
/** Places of the fields, octets. `clock`: the reference; `receive`: the system clock. */
const AT = {
  clockSeconds: 8,
  clockMicroseconds: 16,
  receiveSeconds: 24,
  receiveMicroseconds: 32,
  leap: 36,
  precision: 40,
  samples: 44,
  clockNanoseconds: 52,
  receiveNanoseconds: 56,
} as const;
/** Indices of the fields that order the others, among numbers of 32 bits. */
const MODE = 0;
const COUNT = 1;
const VALID = 12;
/** Mode in which `count` changes before and after each write, so that a reader sees that it read in between. */
const COUNTED = 1;
/** Value that drivers of ntpd write to a field that no reader uses. */
const SAMPLES = 3;
const NS_PER_US = 1000n;
const NS_PER_SECOND = 1_000_000_000n;
/** Greatest offset, s, that is believed: the clock of a board without a battery may be decades off. */
const GREATEST_OFFSET_NS = 4e18;

export const shmKey = (unit: number): number => FIRST_KEY + unit;

/** Writes a sample. `sigmaNs`: its standard deviation. Returns whether the sample before it was taken by a reader. */
export function writeShm(memory: ArrayBuffer, { system, offsetNs, leap }: RefclockSample, sigmaNs: Ns): boolean {
  const words = new Int32Array(memory);
  const view = new DataView(memory);
  const wasTaken = Atomics.exchange(words, VALID, 0) === 0;
  Atomics.store(words, MODE, COUNTED);
  Atomics.add(words, COUNT, 1);
  const write = (time: Instant, seconds: number, microseconds: number, nanoseconds: number): void => {
    const fraction = time % NS_PER_SECOND;
    view.setBigInt64(seconds, time / NS_PER_SECOND, LITTLE_ENDIAN);
    view.setInt32(microseconds, Number(fraction / NS_PER_US), LITTLE_ENDIAN);
    view.setUint32(nanoseconds, Number(fraction), LITTLE_ENDIAN);
  };
  write(system + BigInt(Math.round(offsetNs)), AT.clockSeconds, AT.clockMicroseconds, AT.clockNanoseconds);
  write(system, AT.receiveSeconds, AT.receiveMicroseconds, AT.receiveNanoseconds);
  view.setInt32(AT.leap, leapValue(leap), LITTLE_ENDIAN);
  view.setInt32(AT.precision, precisionOf(sigmaNs), LITTLE_ENDIAN);
  view.setInt32(AT.samples, SAMPLES, LITTLE_ENDIAN);
  Atomics.add(words, COUNT, 1);
  Atomics.store(words, VALID, 1);
  return wasTaken;
}

/** Takes the sample that waits, or the reason why it is none, as a clause. Undefined: none waits. */
export function takeShm(memory: ArrayBuffer): RefclockSample | string | undefined {
  const words = new Int32Array(memory);
  if (Atomics.load(words, VALID) === 0) return undefined;
  const count = Atomics.load(words, COUNT);
  const copy = memory.slice(0, SHM_OCTETS);
  const mode = new Int32Array(copy)[MODE]!;
  // The writer is at work: the sample comes with the next reading.
  if (mode === COUNTED && Atomics.load(words, COUNT) !== count) return undefined;
  Atomics.store(words, VALID, 0);
  return mode === 0 || mode === COUNTED ? decode(new DataView(copy)) : `its mode is ${mode}`;
}

function decode(view: DataView): RefclockSample | string {
  const reference = timeOf(view, AT.clockSeconds, AT.clockMicroseconds, AT.clockNanoseconds);
  const system = timeOf(view, AT.receiveSeconds, AT.receiveMicroseconds, AT.receiveNanoseconds);
  if (reference === undefined || system === undefined) return 'its microseconds are not those of a time';
  const offsetNs = Number(reference - system);
  if (Math.abs(offsetNs) > GREATEST_OFFSET_NS) return `its offset is ${offsetNs / 1e9} s`;
  const leap = leapOf(view.getInt32(AT.leap, LITTLE_ENDIAN));
  if (leap === undefined) return `its leap status is ${view.getInt32(AT.leap, LITTLE_ENDIAN)}`;
  return { system, offsetNs, isPulse: false, leap };
}

/** Nanoseconds count if they agree with the microseconds: older programs do not write them. */
function timeOf(view: DataView, seconds: number, microseconds: number, nanoseconds: number): Instant | undefined {
  const us = view.getInt32(microseconds, LITTLE_ENDIAN);
  if (us < 0 || us >= 1e6) return undefined;
  const ns = view.getUint32(nanoseconds, LITTLE_ENDIAN);
  const fraction = Math.floor(ns / 1000) === us ? ns : us * 1000;
  return view.getBigInt64(seconds, LITTLE_ENDIAN) * NS_PER_SECOND + BigInt(fraction);
}

/** Returns the logarithm to base 2 of a standard deviation in seconds, as NTP states precisions. */
const precisionOf = (sigmaNs: Ns): number =>
  Number.isFinite(sigmaNs) && sigmaNs > 0 ? Math.round(Math.min(0, Math.max(-30, Math.log2(sigmaNs / 1e9)))) : 0;
