/**
 * `struct timex` of clock_adjtime(2) on 64-bit Linux: 208 octets, little-endian. Offsets in octets.
 */
const MODES = 0;
const FREQUENCY = 16;
const MAX_ERROR = 24;
const EST_ERROR = 32;
const STATUS = 40;
const CONSTANT = 48;
const SECONDS = 72;
const NANOSECONDS = 80;
const TICK = 88;
const TAI = 160;
export const TIMEX_OCTETS = 208;

export const ADJ = {
  OFFSET: 0x1,
  FREQUENCY: 0x2,
  MAXERROR: 0x4,
  ESTERROR: 0x8,
  STATUS: 0x10,
  TAI: 0x80,
  SETOFFSET: 0x100,
  NANO: 0x2000,
  TICK: 0x4000,
  OFFSET_SINGLESHOT: 0x8001,
} as const;

export const STA = {
  PLL: 0x1,
  PPSFREQ: 0x2,
  PPSTIME: 0x4,
  FLL: 0x8,
  INS: 0x10,
  DEL: 0x20,
  UNSYNC: 0x40,
  FREQHOLD: 0x80,
} as const;

/** The kernel's unit of frequency is 2^-16 ppm, limited to ±500 ppm. Beyond that the tick (µs per 1/100 s) takes the rest. */
const UNITS_PER_PPB = 65.536;
const FREQUENCY_LIMIT_PPB = 500_000;
const NOMINAL_TICK = 10_000;
const PPB_PER_TICK = 100_000;
/** Largest correction, ppb: the kernel accepts ticks from 9000 to 11000. */
export const MAX_PPB = 1000 * PPB_PER_TICK;

export interface Timex {
  readonly frequencyPpb: number;
  readonly status: number;
  readonly taiMinusUtc: number;
}

export function readTimex(octets: Uint8Array): Timex {
  const view = viewOf(octets);
  const scaled = Number(view.getBigInt64(FREQUENCY, true));
  const tick = Number(view.getBigInt64(TICK, true));
  return {
    frequencyPpb: scaled / UNITS_PER_PPB + (tick - NOMINAL_TICK) * PPB_PER_TICK,
    status: view.getInt32(STATUS, true),
    taiMinusUtc: view.getInt32(TAI, true),
  };
}

/** Returns a request that changes nothing: the kernel fills in its state. */
export const queryTimex = (): Uint8Array => new Uint8Array(TIMEX_OCTETS);

/** Returns the request that ends a running adjtime(3). */
export const cancelAdjtime = (): Uint8Array => request(ADJ.OFFSET_SINGLESHOT);

/** Returns the request that ends the slew of the kernel's PLL: an offset of zero, accepted only while the PLL is on. */
export function cancelPll(status: number): Uint8Array {
  const octets = request(ADJ.OFFSET | ADJ.STATUS);
  viewOf(octets).setInt32(STATUS, status | STA.PLL, true);
  return octets;
}

/** Returns the request that sets a frequency correction, rounded to the kernel's unit and limited to ±`MAX_PPB`. */
export function frequencyTimex(ppb: number): Uint8Array {
  const wanted = Math.max(-MAX_PPB, Math.min(MAX_PPB, ppb));
  const ticks = Math.abs(wanted) > FREQUENCY_LIMIT_PPB ? Math.round(wanted / PPB_PER_TICK) : 0;
  const octets = request(ADJ.FREQUENCY | ADJ.TICK);
  const view = viewOf(octets);
  view.setBigInt64(FREQUENCY, BigInt(Math.round((wanted - ticks * PPB_PER_TICK) * UNITS_PER_PPB)), true);
  view.setBigInt64(TICK, BigInt(NOMINAL_TICK + ticks), true);
  return octets;
}

/** Returns the same request for a PTP hardware clock, which has no tick. The driver checks its limit. */
export function hardwareFrequencyTimex(ppb: number): Uint8Array {
  const octets = request(ADJ.FREQUENCY);
  viewOf(octets).setBigInt64(FREQUENCY, BigInt(Math.round(ppb * UNITS_PER_PPB)), true);
  return octets;
}

/** Returns the present correction of a PTP hardware clock, ppb. */
export const readHardwareFrequency = (octets: Uint8Array): number =>
  Number(viewOf(octets).getBigInt64(FREQUENCY, true)) / UNITS_PER_PPB;

/** Returns the request that adds `deltaNs` to the clock. Nanoseconds are 0 to 999 999 999; the seconds carry the sign. */
export function stepTimex(deltaNs: bigint): Uint8Array {
  const octets = request(ADJ.SETOFFSET | ADJ.NANO);
  const view = viewOf(octets);
  const nanoseconds = ((deltaNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  view.setBigInt64(SECONDS, (deltaNs - nanoseconds) / 1_000_000_000n, true);
  view.setBigInt64(NANOSECONDS, nanoseconds, true);
  return octets;
}

export interface StatusRequest {
  readonly status: number;
  readonly maxErrorUs: number;
  readonly estErrorUs: number;
  /** Undefined: unchanged. */
  readonly taiMinusUtc: number | undefined;
}

export function statusTimex({ status, maxErrorUs, estErrorUs, taiMinusUtc }: StatusRequest): Uint8Array {
  const tai = taiMinusUtc === undefined ? 0 : ADJ.TAI;
  const octets = request(ADJ.STATUS | ADJ.MAXERROR | ADJ.ESTERROR | tai);
  const view = viewOf(octets);
  view.setInt32(STATUS, status, true);
  view.setBigInt64(MAX_ERROR, BigInt(maxErrorUs), true);
  view.setBigInt64(EST_ERROR, BigInt(estErrorUs), true);
  view.setBigInt64(CONSTANT, BigInt(taiMinusUtc ?? 0), true);
  return octets;
}

function request(modes: number): Uint8Array {
  const octets = new Uint8Array(TIMEX_OCTETS);
  viewOf(octets).setUint32(MODES, modes, true);
  return octets;
}

const viewOf = (octets: Uint8Array): DataView => new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
