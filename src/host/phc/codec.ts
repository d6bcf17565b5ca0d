import type { ClockFacts, Instant, Ns } from '../../api/index.js';

/** Requests and layouts of linux/ptp_clock.h, the same on x86-64, arm64 and riscv64. Offsets in octets, little-endian. */

const WRITE = 1;
const READ = 2;
const request = (direction: number, number: number, octets: number): number =>
  ((direction << 30) | (octets << 16) | (0x3d << 8) | number) >>> 0;

/** The second versions of the requests (Linux 5.5), which refuse unknown flags instead of ignoring them. */
export const PTP = {
  capabilities: request(READ, 1, 80),
  pulseInput: request(WRITE, 11, 16),
  pulseInputFirst: request(WRITE, 2, 16),
  pulseOutput: request(WRITE, 12, 56),
  basic: request(WRITE, 5, 832),
  readPin: request(READ | WRITE, 15, 96),
  setPin: request(WRITE, 16, 96),
  precise: request(READ | WRITE, 8, 64),
  extended: request(READ | WRITE, 9, 1216),
} as const;

const NS = 1_000_000_000n;
/** PTP_MAX_SAMPLES */
const MOST_SAMPLES = 25;
const TIME_OCTETS = 16;

/** A reading of the hardware clock between two readings of the system clock. */
export interface Bracket {
  readonly before: Instant;
  readonly clock: Instant;
  readonly after: Instant;
}

export interface Capabilities extends Omit<ClockFacts, 'device' | 'name' | 'pins'> {
  readonly pins: number;
  readonly crossStamps: boolean;
}

export const capabilitiesArgument = (): Uint8Array => new Uint8Array(80);

/** struct ptp_clock_caps */
export function readCapabilities(octets: Uint8Array): Capabilities {
  const view = viewOf(octets);
  const at = (offset: number): number => view.getInt32(offset, true);
  return { maxPpb: at(0), pulseInputs: at(8), pulseOutputs: at(12), pins: at(20), crossStamps: at(24) !== 0 };
}

export const preciseArgument = (): Uint8Array => new Uint8Array(64);

/** struct ptp_sys_offset_precise: the hardware reads both clocks at one moment. */
export function readPrecise(octets: Uint8Array): Bracket {
  const view = viewOf(octets);
  const system = readTime(view, 16);
  return { before: system, clock: readTime(view, 0), after: system };
}

export const extendedArgument = (samples: number): Uint8Array => samplesArgument(1216, samples);

/** struct ptp_sys_offset_extended */
export function readExtended(octets: Uint8Array): Bracket[] {
  const view = viewOf(octets);
  return Array.from({ length: view.getUint32(0, true) }, (_, i) => bracketAt(view, 16 + 3 * i * TIME_OCTETS));
}

export const basicArgument = (samples: number): Uint8Array => samplesArgument(832, samples);

/** struct ptp_sys_offset: the end of one bracket is the beginning of the next. */
export function readBasic(octets: Uint8Array): Bracket[] {
  const view = viewOf(octets);
  return Array.from({ length: view.getUint32(0, true) }, (_, i) => bracketAt(view, 16 + 2 * i * TIME_OCTETS));
}

const ENABLE = 1;
const RISING = 2;
const FALLING = 4;
const STRICT = 8;

/** struct ptp_extts_request. `strict`: the driver must refuse if it cannot stamp that edge alone. */
export function pulseInputArgument(channel: number, edge: 'rising' | 'falling' | 'off', strict: 0 | 1): Uint8Array {
  const octets = new Uint8Array(16);
  const view = viewOf(octets);
  view.setUint32(0, channel, true);
  const flags = ENABLE | (edge === 'rising' ? RISING : FALLING) | (strict === 1 ? STRICT : 0);
  view.setUint32(4, edge === 'off' ? 0 : flags, true);
  return octets;
}

const DUTY_CYCLE = 2;

/** struct ptp_perout_request. A period of 0 ends the output. */
export function pulseOutputArgument(channel: number, start: Instant, periodNs: Ns, widthNs: Ns = 0): Uint8Array {
  const octets = new Uint8Array(56);
  const view = viewOf(octets);
  writeTime(view, 0, start);
  writeTime(view, 16, BigInt(Math.round(periodNs)));
  view.setUint32(32, channel, true);
  if (widthNs === 0) return octets;
  view.setUint32(36, DUTY_CYCLE, true);
  writeTime(view, 40, BigInt(Math.round(widthNs)));
  return octets;
}

export const PIN_USE = { pulseIn: 1, pulseOut: 2 } as const;
export type PinUse = keyof typeof PIN_USE;

/** struct ptp_pin_desc */
export function pinArgument(pin: number, use?: PinUse, channel = 0): Uint8Array {
  const octets = new Uint8Array(96);
  const view = viewOf(octets);
  view.setUint32(64, pin, true);
  if (use !== undefined) view.setUint32(68, PIN_USE[use], true);
  view.setUint32(72, channel, true);
  return octets;
}

export const readPinName = (octets: Uint8Array): string =>
  Buffer.from(octets.subarray(0, 64)).toString('latin1').replace(/\0.*$/s, '');

export const EVENT_OCTETS = 32;

/** The stamp of an edge by a channel. */
export interface PulseEvent {
  readonly time: Instant;
  readonly channel: number;
}

/** Decodes all struct ptp_extts_event that were read. */
export function readEvents(octets: Uint8Array): PulseEvent[] {
  const view = viewOf(octets);
  return Array.from({ length: Math.floor(octets.length / EVENT_OCTETS) }, (_, i) => ({
    time: readTime(view, i * EVENT_OCTETS),
    channel: view.getUint32(i * EVENT_OCTETS + 16, true),
  }));
}

/** Returns the clock id of an open device for clock_gettime(2) (FD_TO_CLOCKID). */
export const clockIdOf = (descriptor: number): number => (~descriptor << 3) | 3;

function samplesArgument(octets: number, samples: number): Uint8Array {
  const argument = new Uint8Array(octets);
  viewOf(argument).setUint32(0, Math.max(1, Math.min(MOST_SAMPLES, Math.round(samples))), true);
  return argument;
}

const bracketAt = (view: DataView, offset: number): Bracket => ({
  before: readTime(view, offset),
  clock: readTime(view, offset + TIME_OCTETS),
  after: readTime(view, offset + 2 * TIME_OCTETS),
});

/** struct ptp_clock_time: the seconds carry the sign, the nanoseconds are never negative. */
const readTime = (view: DataView, offset: number): Instant =>
  view.getBigInt64(offset, true) * NS + BigInt(view.getUint32(offset + 8, true));

function writeTime(view: DataView, offset: number, time: Instant): void {
  const nanoseconds = ((time % NS) + NS) % NS;
  view.setBigInt64(offset, (time - nanoseconds) / NS, true);
  view.setUint32(offset + 8, Number(nanoseconds), true);
}

const viewOf = (octets: Uint8Array): DataView => new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
