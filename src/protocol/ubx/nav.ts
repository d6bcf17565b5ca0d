import type { Instant, Ns } from '../../api/time.js';
import { dayNumber, gpsInstant, type LeapFacts, type Spoofing } from '../gnss/index.js';
import type { UbxFixType, UbxMessage, UbxSight } from './messages.js';
import type { UbxParserTable } from './parser.js';
import type { PayloadReader } from './reader.js';
import { satelliteOfOldNumber, satelliteOfUbx, signalOfUbx } from './satellite.js';

const WEEK_MS = 604_800_000;

/** Messages of class NAV (0x01), by class and ID. */
export const NAV_PARSERS: UbxParserTable = [
  [0x0103, (p) => (p.length >= 16 ? statusOf(p) : undefined)],
  [0x0106, (p) => (p.length >= 52 ? solOf(p) : undefined)],
  [0x0107, (p) => (p.length >= 84 ? pvtOf(p) : undefined)],
  [0x0120, (p) => (p.length >= 16 ? timeGpsOf(p) : undefined)],
  [0x0121, (p) => (p.length >= 20 ? timeUtcOf(p) : undefined)],
  [0x0122, (p) => (p.length >= 20 ? clockOf(p) : undefined)],
  [0x0126, (p) => (p.length >= 24 && p.u1(4) === 0 ? timeLsOf(p) : undefined)],
  [0x0130, (p) => (p.length >= 8 && p.length >= 8 + 12 * p.u1(4) ? svInfoOf(p) : undefined)],
  [0x0135, (p) => (p.length >= 8 && p.length >= 8 + 12 * p.u1(5) ? satOf(p) : undefined)],
  [0x013b, (p) => (p.length >= 40 ? surveyOf(p) : undefined)],
  [0x0143, (p) => (p.length >= 8 && p.length >= 8 + 16 * p.u1(5) ? sigOf(p) : undefined)],
  [0x0161, (p) => (p.length >= 4 ? { name: 'NAV-EOE', iTowMs: p.u4(0) } : undefined)],
];

function pvtOf(p: PayloadReader): UbxMessage {
  return {
    name: 'NAV-PVT',
    iTowMs: p.u4(0),
    time: {
      day: dayNumber(p.u2(4), p.u1(6), p.u1(7)),
      timeOfDayNs: timeOfDayAt(p, 8) + p.i4(16),
      accuracyNs: p.u4(12),
    },
    isDateValid: p.bit(11, 0),
    isTimeValid: p.bit(11, 1),
    isResolved: p.bit(11, 2),
    fixType: fixTypeOf(p.u1(20)),
    isFixOk: p.bit(21, 0),
    isDifferential: p.bit(21, 1),
    carrier: Math.min(2, p.bits(21, 6, 2)) as 0 | 1 | 2,
    used: p.u1(23),
  };
}

function timeUtcOf(p: PayloadReader): UbxMessage {
  return {
    name: 'NAV-TIMEUTC',
    iTowMs: p.u4(0),
    time: {
      day: dayNumber(p.u2(12), p.u1(14), p.u1(15)),
      timeOfDayNs: timeOfDayAt(p, 16) + p.i4(8),
      accuracyNs: p.u4(4),
    },
    isTowValid: p.bit(19, 0),
    isWeekValid: p.bit(19, 1),
    isUtcValid: p.bit(19, 2),
    standard: p.bits(19, 4, 4),
  };
}

/** Returns the ns since midnight of hour, minute and second in three octets. */
const timeOfDayAt = (p: PayloadReader, at: number): Ns => ((p.u1(at) * 60 + p.u1(at + 1)) * 60 + p.u1(at + 2)) * 1e9;

function timeGpsOf(p: PayloadReader): UbxMessage {
  const isValid = p.bit(11, 0) && p.bit(11, 1);
  return {
    name: 'NAV-TIMEGPS',
    iTowMs: p.u4(0),
    time: isValid ? gpsTime(p.i2(8), p.u4(0), p.i4(4)) : undefined,
    gpsMinusUtc: p.bit(11, 2) ? p.i1(10) : undefined,
    accuracyNs: p.u4(12),
  };
}

/** Returns the instant of week, ms of the week and a fraction in ns; undefined if there is no such time of the week. */
function gpsTime(week: number, timeOfWeekMs: number, fractionNs: number): Instant | undefined {
  if (week < 0 || timeOfWeekMs >= WEEK_MS) return undefined;
  return gpsInstant(week, BigInt(timeOfWeekMs) * 1_000_000n + BigInt(fractionNs));
}

function timeLsOf(p: PayloadReader): UbxMessage {
  const isCountValid = p.bit(23, 0);
  const isEventValid = p.bit(23, 1);
  const change = p.i1(11);
  const inS = p.i4(12);
  const isAhead = isEventValid && inS > 0;
  const leap: LeapFacts = {
    gpsMinusUtc: isCountValid ? p.i1(9) : undefined,
    isHeard: isCountValid ? p.u1(8) !== FROM_FIRMWARE && p.u1(8) !== FROM_NOWHERE : undefined,
    change: !isEventValid ? undefined : isAhead && (change === 1 || change === -1) ? change : 0,
    inS: isAhead ? inS : undefined,
  };
  return { name: 'NAV-TIMELS', iTowMs: p.u4(0), leap };
}

/** Sources of the leap second count that are none: the firmware's own table, and none at all. */
const FROM_FIRMWARE = 0;
const FROM_NOWHERE = 255;

function clockOf(p: PayloadReader): UbxMessage {
  return {
    name: 'NAV-CLOCK',
    iTowMs: p.u4(0),
    clock: { biasNs: p.i4(4), driftPpb: p.i4(8), frequencyAccuracyPpb: p.u4(16) / 1000 },
    accuracyNs: p.u4(12),
  };
}

function statusOf(p: PayloadReader): UbxMessage {
  return {
    name: 'NAV-STATUS',
    iTowMs: p.u4(0),
    fixType: fixTypeOf(p.u1(4)),
    isFixOk: p.bit(5, 0),
    isDifferential: p.bit(5, 1),
    spoofing: SPOOFING[p.bits(7, 3, 2)]!,
  };
}

const SPOOFING: readonly Spoofing[] = ['unknown', 'none', 'indicated', 'several'];

function solOf(p: PayloadReader): UbxMessage {
  const isValid = p.bit(11, 2) && p.bit(11, 3);
  return {
    name: 'NAV-SOL',
    iTowMs: p.u4(0),
    fixType: fixTypeOf(p.u1(10)),
    isFixOk: p.bit(11, 0),
    isDifferential: p.bit(11, 1),
    time: isValid ? gpsTime(p.i2(8), p.u4(0), p.i4(4)) : undefined,
    used: p.u1(47),
  };
}

const fixTypeOf = (value: number): UbxFixType | undefined => (value <= 5 ? (value as UbxFixType) : undefined);

function satOf(p: PayloadReader): UbxMessage {
  const satellites = entries(p.u1(5), 12, (at): UbxSight | undefined => {
    const satellite = satelliteOfUbx(p.u1(at), p.u1(at + 1));
    return (
      satellite &&
      sight(p, satellite, { elevation: at + 3, azimuth: at + 4, cn0: p.u1(at + 2), used: p.bit(at + 8, 3) })
    );
  });
  return { name: 'NAV-SAT', iTowMs: p.u4(0), satellites };
}

function svInfoOf(p: PayloadReader): UbxMessage {
  const satellites = entries(p.u1(4), 12, (at): UbxSight | undefined => {
    const satellite = satelliteOfOldNumber(p.u1(at + 1));
    return (
      satellite &&
      sight(p, satellite, { elevation: at + 5, azimuth: at + 6, cn0: p.u1(at + 4), used: p.bit(at + 2, 0) })
    );
  });
  return { name: 'NAV-SVINFO', iTowMs: p.u4(0), satellites };
}

interface SightFields {
  /** Offsets. */
  readonly elevation: number;
  readonly azimuth: number;
  readonly cn0: number;
  readonly used: boolean;
}

function sight(p: PayloadReader, satellite: Pick<UbxSight, 'constellation' | 'id'>, fields: SightFields): UbxSight {
  const elevation = p.i1(fields.elevation);
  const azimuth = p.i2(fields.azimuth);
  const isKnown = Math.abs(elevation) <= 90 && azimuth >= 0 && azimuth <= 360;
  return {
    ...satellite,
    elevationDeg: isKnown ? elevation : undefined,
    azimuthDeg: isKnown ? azimuth : undefined,
    used: fields.used,
    signal: signalOfUbx(satellite.constellation, undefined, fields.cn0),
  };
}

function sigOf(p: PayloadReader): UbxMessage {
  const satellites = entries(p.u1(5), 16, (at): UbxSight | undefined => {
    const satellite = satelliteOfUbx(p.u1(at), p.u1(at + 1));
    return (
      satellite && {
        ...satellite,
        elevationDeg: undefined,
        azimuthDeg: undefined,
        used: p.bit(at + 10, 3),
        signal: signalOfUbx(satellite.constellation, p.u1(at + 2), p.u1(at + 6)),
      }
    );
  });
  return { name: 'NAV-SIG', iTowMs: p.u4(0), satellites };
}

/** Reads `count` entries of `octets` each, after a head of 8 octets. */
function entries<T>(count: number, octets: number, read: (at: number) => T | undefined): T[] {
  const found: T[] = [];
  for (let index = 0; index < count; index++) {
    const entry = read(8 + index * octets);
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

function surveyOf(p: PayloadReader): UbxMessage {
  return {
    name: 'NAV-SVIN',
    iTowMs: p.u4(4),
    survey: {
      elapsedS: p.u4(8),
      accuracyM: p.u4(28) / 1e4,
      observations: p.u4(32),
      isDone: p.u1(36) === 1,
      isActive: p.u1(37) === 1,
    },
  };
}
