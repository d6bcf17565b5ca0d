import { type CleanText, cleanText, LONGEST_SENTENCE } from '../../api/clean-text.js';
import type { Instant } from '../../api/time.js';
import type { DeviceEntry, GpsdRecord, Satellite } from './records.js';
import { parseUtc } from './utc.js';

/**
 * Maximum number of devices and satellites read from one record. There are some 130 GNSS satellites; a third of them is in
 * view.
 */
export const MOST_LISTED = 64;

/** The last second of the year 9999, s of POSIX. */
const LAST_SECOND = 253_402_300_799;
/** GPS sends the count as a signed octet (IS-GPS-200 §20.3.3.5.2.4). */
const MOST_LEAP_SECONDS = 127;
/** 1 ms, in ps: more than the tick of any receiver. */
const MOST_QERR_PS = 1e9;

const NAMELESS_RELEASE = cleanText('?');
const NAMELESS_ERROR = cleanText('unnamed error');

type Fields = Readonly<Record<string, unknown>>;

/** `ignored`: a valid record of a class without time. `malformed`: no record, or one without its essential values. */
export type ParsedRecord = GpsdRecord | 'ignored' | 'malformed';

/** Reads one line of gpsd. Unknown keys and classes are ignored, invalid optional values are left out. */
export function parseRecord(line: string): ParsedRecord {
  const fields = parseObject(line);
  if (typeof fields?.class !== 'string') return 'malformed';
  return Object.hasOwn(PARSERS, fields.class) ? (PARSERS[fields.class]!(fields) ?? 'malformed') : 'ignored';
}

const PARSERS: Readonly<Record<string, (fields: Fields) => GpsdRecord | undefined>> = {
  VERSION: (fields) => ({
    class: 'VERSION',
    release: text(fields.release) ?? NAMELESS_RELEASE,
    protocolMajor: whole(fields.proto_major),
    protocolMinor: whole(fields.proto_minor),
  }),
  DEVICES: (fields) => ({ class: 'DEVICES', devices: list(fields.devices).flatMap((entry) => device(entry) ?? []) }),
  DEVICE: (fields) => {
    const entry = device(fields);
    return entry && { class: 'DEVICE', ...entry };
  },
  WATCH: (fields) => ({ class: 'WATCH', enable: fields.enable === true }),
  TPV: (fields) => ({
    class: 'TPV',
    device: text(fields.device),
    mode: whole(fields.mode) ?? 0,
    status: whole(fields.status),
    time: typeof fields.time === 'string' ? parseUtc(fields.time) : undefined,
    leapSeconds: within(whole(fields.leapseconds), MOST_LEAP_SECONDS),
    antenna: whole(fields.ant),
  }),
  SKY: (fields) => ({
    class: 'SKY',
    device: text(fields.device),
    seen: whole(fields.nSat),
    used: whole(fields.uSat),
    satellites: list(fields.satellites).flatMap((entry) => satellite(entry) ?? []),
  }),
  TOFF: (fields) => timeOffset('TOFF', fields),
  PPS: (fields) => timeOffset('PPS', fields),
  OSC: (fields) => ({
    class: 'OSC',
    device: text(fields.device),
    running: fields.running === true,
    reference: fields.reference === true,
    disciplined: fields.disciplined === true,
    deltaNs: finite(fields.delta),
  }),
  ERROR: (fields) => ({ class: 'ERROR', message: text(fields.message, LONGEST_SENTENCE) ?? NAMELESS_ERROR }),
};

function timeOffset(kind: 'TOFF' | 'PPS', fields: Fields): GpsdRecord | undefined {
  const real = instant(fields.real_sec, fields.real_nsec);
  const clock = instant(fields.clock_sec, fields.clock_nsec);
  if (real === undefined || clock === undefined) return undefined;
  const precisionLog2 = whole(fields.precision);
  return {
    class: kind,
    device: text(fields.device),
    real,
    clock,
    precisionLog2,
    qErrPs: within(finite(fields.qErr), MOST_QERR_PS),
  };
}

function device(entry: unknown): DeviceEntry | undefined {
  const fields = object(entry);
  const path = text(fields?.path);
  if (fields === undefined || path === undefined) return undefined;
  // Time of opening in seconds or ISO 8601; 0 if it is not open. `DEVICES` of some releases leave it out.
  const { activated } = fields;
  return { path, driver: text(fields.driver), activated: activated !== 0 && activated !== '' && activated !== '0' };
}

function satellite(entry: unknown): Satellite | undefined {
  const fields = object(entry);
  const id = whole(fields?.PRN);
  if (fields === undefined || id === undefined) return undefined;
  return {
    id,
    used: fields.used === true,
    signalDbHz: finite(fields.ss),
    elevationDeg: finite(fields.el),
    azimuthDeg: finite(fields.az),
  };
}

/** Returns the instant of two whole numbers below 2^53, so that the sum is exact; undefined after the year 9999 (RFC 3339). */
function instant(seconds: unknown, nanoseconds: unknown): Instant | undefined {
  const s = whole(seconds);
  const ns = whole(nanoseconds);
  if (s === undefined || ns === undefined || s < 0 || s > LAST_SECOND || ns < 0 || ns >= 1e9) return undefined;
  return BigInt(s) * 1_000_000_000n + BigInt(ns);
}

function parseObject(line: string): Fields | undefined {
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined;
  }
}

const object = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, MOST_LISTED) : []);
const text = (value: unknown, longest?: number): CleanText | undefined =>
  typeof value === 'string' && value !== '' ? cleanText(value, longest) : undefined;
const finite = (value: unknown): number | undefined => (Number.isFinite(value) ? (value as number) : undefined);
const within = (value: number | undefined, most: number): number | undefined =>
  value !== undefined && Math.abs(value) <= most ? value : undefined;
const whole = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);
