import type { Instant } from '../../api/time.js';
import { gpsInstant } from '../gnss/index.js';
import type { UbxMessage, UbxTimeMark } from './messages.js';
import type { UbxParserTable } from './parser.js';
import type { PayloadReader } from './reader.js';

const WEEK_MS = 604_800_000;

/** Largest quantisation error that is believed, ps: 1 µs, many ticks of any receiver. */
const MOST_QERR_PS = 1e6;

/** Messages of class TIM (0x0D), by class and ID. */
export const TIM_PARSERS: UbxParserTable = [
  [0x0d01, (p) => (p.length >= 16 ? timePulseOf(p) : undefined)],
  [0x0d03, (p) => (p.length >= 28 ? timeMarkOf(p) : undefined)],
  [0x0d04, (p) => (p.length >= 28 ? surveyOf(p) : undefined)],
];

/** Systems whose time of the week is that of GPS: GPS itself, and Galileo, which counts the weeks from another one in its own messages only. */
const GPS_LIKE: ReadonlySet<number> = new Set([0, 3]);
const UNKNOWN_SYSTEM = 15;

function timePulseOf(p: PayloadReader): UbxMessage {
  const isUtc = p.bit(14, 0);
  const system = p.bits(15, 0, 4);
  const scale = isUtc ? 'utc' : GPS_LIKE.has(system) || system === UNKNOWN_SYSTEM ? 'gps' : undefined;
  const qErrPs = p.i4(8);
  const isQErrInvalid = p.bit(14, 4) || Math.abs(qErrPs) > MOST_QERR_PS;
  // The fraction counts 2^-32 ms.
  const fractionNs = Math.round((p.u4(4) / 2 ** 32) * 1e6);
  return {
    name: 'TIM-TP',
    pulse: {
      time: scale && timeOf(p.u2(12), p.u4(0), fractionNs),
      scale,
      qErrPs: isQErrInvalid ? undefined : qErrPs,
      isLocked: !p.bit(14, 5),
      hasUtc: p.bit(14, 1),
    },
  };
}

const TIME_BASES: readonly UbxTimeMark['scale'][] = [undefined, 'gps', 'utc', undefined];

function timeMarkOf(p: PayloadReader): UbxMessage {
  const scale = p.bit(1, 6) ? TIME_BASES[p.bits(1, 3, 2)] : undefined;
  const edge = (isNew: boolean, week: number, ms: number): Instant | undefined =>
    isNew && scale !== undefined ? timeOf(p.u2(week), p.u4(ms), p.u4(ms + 4)) : undefined;
  return {
    name: 'TIM-TM2',
    channel: p.u1(0),
    count: p.u2(2),
    scale,
    rising: edge(p.bit(1, 7), 4, 8),
    falling: edge(p.bit(1, 2), 6, 16),
    accuracyNs: p.u4(24),
  };
}

/** Returns the instant of a week and a time of the week; undefined if the week has no such time. */
const timeOf = (week: number, ms: number, fractionNs: number): Instant | undefined =>
  ms < WEEK_MS ? gpsInstant(week, BigInt(ms) * 1_000_000n + BigInt(fractionNs)) : undefined;

function surveyOf(p: PayloadReader): UbxMessage {
  return {
    name: 'TIM-SVIN',
    iTowMs: undefined,
    survey: {
      elapsedS: p.u4(0),
      // The variance of the mean position, mm².
      accuracyM: Math.sqrt(p.u4(16)) / 1000,
      observations: p.u4(20),
      isDone: p.u1(24) === 1,
      isActive: p.u1(25) === 1,
    },
  };
}
