import { cleanText, LONGEST_SENTENCE } from '../../api/clean-text.js';
import { BUILT_AT, type Instant } from '../../api/time.js';
import { type Constellation, dayNumber, FIX_METHODS, type FixMethod, type SatelliteId } from '../gnss/index.js';
import { clockTime, decimal, shortDate, whole } from './field.js';
import type { NmeaMessage, NmeaRmc, NmeaSight } from './messages.js';
import { satelliteOf, signalOf, systemOfId, systemOfTalker } from './satellite.js';
import type { Sentence } from './sentence.js';

export interface NmeaOptions {
  /** Middle of the 80 years to which a year of two digits belongs. Default: the year in which this program was built. */
  readonly reference?: Instant;
}

/** `ignored`: a valid sentence of a type without time and fix. `malformed`: one that lacks its fields. */
export type ParsedSentence = NmeaMessage | 'ignored' | 'malformed';

type Parser = (sentence: Sentence, reference: Instant) => NmeaMessage | undefined;

/** Reads a sentence of a type that is known. Empty and unreadable fields are undefined values. */
export function parseSentence(sentence: Sentence, { reference = BUILT_AT }: NmeaOptions = {}): ParsedSentence {
  if (sentence.talker === 'P') return proprietary(sentence, reference);
  if (!Object.hasOwn(PARSERS, sentence.type)) return 'ignored';
  return PARSERS[sentence.type]!(sentence, reference) ?? 'malformed';
}

const LEAP_SECONDS = /^(\d{1,3})(D?)$/;

/** Reads `PUBX,04`: time, date, time of the week, week, leap seconds, clock. */
function proprietary({ type, fields }: Sentence, reference: Instant): ParsedSentence {
  if (type !== 'UBX' || fields[0] !== '04') return 'ignored';
  if (fields.length < 6) return 'malformed';
  const [, count, mark] = LEAP_SECONDS.exec(fields[5]!) ?? [];
  return {
    type: 'PUBX',
    time: clockTime(fields[1]),
    day: shortDate(fields[2], reference),
    gpsMinusUtc: count === undefined ? undefined : Number(count),
    isHeard: count === undefined ? undefined : mark === '',
  };
}

/** NMEA 0183 (4.11) §8.3; mode and status fields are absent in sentences of older versions. */
const PARSERS: Readonly<Record<string, Parser>> = {
  RMC: ({ fields }, reference) => {
    if (fields.length < 9) return undefined;
    return {
      type: 'RMC',
      time: clockTime(fields[0]),
      valid: validity(fields[1]),
      day: shortDate(fields[8], reference),
      method: modeOf(fields[11]),
      navigation: NAVIGATION[fields[12] ?? ''],
    };
  },
  ZDA: ({ fields }) => {
    if (fields.length < 4) return undefined;
    const [day, month, year] = [whole(fields[1]), whole(fields[2]), whole(fields[3])];
    const isDate = day !== undefined && month !== undefined && year !== undefined;
    return { type: 'ZDA', time: clockTime(fields[0]), day: isDate ? dayNumber(year, month, day) : undefined };
  },
  GGA: ({ fields }) => {
    if (fields.length < 9) return undefined;
    return {
      type: 'GGA',
      time: clockTime(fields[0]),
      method: QUALITIES[whole(fields[5]) ?? -1],
      used: whole(fields[6]),
      hasAltitude: decimal(fields[8]) !== undefined,
    };
  },
  GNS: ({ fields }) => {
    if (fields.length < 9) return undefined;
    return {
      type: 'GNS',
      time: clockTime(fields[0]),
      method: bestOf(fields[5]!),
      used: whole(fields[6]),
      hasAltitude: decimal(fields[8]) !== undefined,
    };
  },
  GLL: ({ fields }) => {
    if (fields.length < 5) return undefined;
    return {
      type: 'GLL',
      time: clockTime(fields[4]),
      valid: validity(fields[5]),
      method: modeOf(fields[6]),
    };
  },
  GSA: (sentence) => {
    const { fields } = sentence;
    if (fields.length < 14) return undefined;
    const system = systemOfId(fields[17]) ?? systemOfTalker(sentence.talker);
    return {
      type: 'GSA',
      dimensions: DIMENSIONS[whole(fields[1]) ?? 0],
      system,
      used: fields.slice(2, 14).flatMap((field) => satelliteIn(field, system) ?? []),
    };
  },
  GSV: ({ talker, fields }) => {
    const parts = whole(fields[0]);
    const part = whole(fields[1]);
    if (parts === undefined || part === undefined || fields.length < 3 || part < 1 || part > parts) return undefined;
    const rest = fields.slice(3);
    const system = systemOfTalker(talker);
    // Four fields a satellite; one left over is the signal ID.
    const signalId = rest.length % SIGHT_FIELDS === 1 ? rest.at(-1) : undefined;
    return {
      type: 'GSV',
      list: `${talker}${signalId ?? ''}`.slice(0, 4),
      part,
      parts,
      satellites: sights(rest, system, signalId),
    };
  },
  TXT: ({ fields }) => {
    if (fields.length < 4) return undefined;
    const text = fields.slice(3).join(',');
    return { type: 'TXT', text: cleanText(text, LONGEST_SENTENCE), antenna: antennaIn(text) };
  },
};

const SIGHT_FIELDS = 4;
const DIMENSIONS = [undefined, 1, 2, 3] as const;

/** Mode indicators of RMC, GLL and GNS. */
const MODES: Readonly<Record<string, FixMethod>> = {
  N: 'none',
  A: 'autonomous',
  D: 'differential',
  P: 'precise',
  F: 'rtk-float',
  R: 'rtk-fixed',
  E: 'estimated',
  M: 'manual',
  S: 'simulated',
};

/** Quality indicators of GGA, from 0 on; 3 is the precise positioning service. */
const QUALITIES: readonly FixMethod[] = [
  ...(['none', 'autonomous', 'differential', 'precise', 'rtk-fixed', 'rtk-float'] as const),
  ...(['estimated', 'manual', 'simulated'] as const),
];

const NAVIGATION: Readonly<Record<string, NmeaRmc['navigation']>> = { S: 'safe', C: 'caution', U: 'unsafe' };

/** Magellan's receivers write GLL's status behind its mode, so that N takes its place. */
const validity = (field: string | undefined): boolean | undefined =>
  field === 'A' ? true : field === 'V' || field === 'N' ? false : undefined;

const modeOf = (field: string | undefined): FixMethod | undefined =>
  field !== undefined && Object.hasOwn(MODES, field) ? MODES[field] : undefined;

/** Returns the most remarkable of the mode indicators, one letter a system. */
function bestOf(field: string): FixMethod | undefined {
  const ranks = [...field.slice(0, 8)]
    .flatMap((letter) => modeOf(letter) ?? [])
    .map((mode) => FIX_METHODS.indexOf(mode));
  return ranks.length === 0 ? undefined : FIX_METHODS[Math.max(...ranks)];
}

function satelliteIn(field: string, system: Constellation | undefined): SatelliteId | undefined {
  const number = whole(field);
  return number === undefined ? undefined : satelliteOf(number, system);
}

function sights(
  fields: readonly string[],
  system: Constellation | undefined,
  signalId: string | undefined,
): NmeaSight[] {
  const found: NmeaSight[] = [];
  for (let at = 0; at + SIGHT_FIELDS <= fields.length; at += SIGHT_FIELDS) {
    const satellite = satelliteIn(fields[at]!, system);
    if (satellite === undefined) continue;
    const [name, band] = signalOf(satellite.constellation, signalId) ?? [];
    found.push({
      ...satellite,
      elevationDeg: within(decimal(fields[at + 1]), -90, 90),
      azimuthDeg: within(decimal(fields[at + 2]), 0, 360),
      signal: { name, band, cn0DbHz: within(decimal(fields[at + 3]), 0, 99) },
    });
  }
  return found;
}

const within = (value: number | undefined, least: number, most: number): number | undefined =>
  value !== undefined && value >= least && value <= most ? value : undefined;

const ANTENNA = /^(?:ANTSTATUS=|ANTENNA )(INIT|DONTKNOW|OK|SHORT|OPEN)\b/;
const ANTENNA_STATES = { INIT: 'starting', DONTKNOW: 'unknown', OK: 'ok', SHORT: 'short', OPEN: 'open' } as const;

/** u-blox: `ANTSTATUS=OK`. MediaTek and its relatives: `ANTENNA OPEN`. */
function antennaIn(text: string): (typeof ANTENNA_STATES)[keyof typeof ANTENNA_STATES] | undefined {
  const word = ANTENNA.exec(text)?.[1] as keyof typeof ANTENNA_STATES | undefined;
  return word && ANTENNA_STATES[word];
}
