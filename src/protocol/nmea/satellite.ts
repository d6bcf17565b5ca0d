import type { Constellation, SatelliteId, SatelliteSignal } from '../gnss/index.js';

/** Talkers of one system. GN, and those of instruments, stand for no system. */
const TALKERS: Readonly<Record<string, Constellation>> = {
  GP: 'gps',
  GL: 'glonass',
  GA: 'galileo',
  GB: 'beidou',
  BD: 'beidou',
  GQ: 'qzss',
  QZ: 'qzss',
  PQ: 'qzss',
  GI: 'navic',
};

/** System IDs of GSA, since NMEA 4.10. */
const SYSTEMS: readonly (Constellation | undefined)[] = [
  undefined,
  ...(['gps', 'glonass', 'galileo', 'beidou', 'qzss', 'navic'] as const),
];

type SignalRow = readonly [name: string, band: SatelliteSignal['band']];

/** Signal IDs of GSV, since NMEA 4.10, from 1 on. */
const SIGNALS: Readonly<Partial<Record<Constellation, readonly SignalRow[]>>> = {
  gps: [
    ...([
      ['L1 C/A', 'L1'],
      ['L1 P(Y)', 'L1'],
      ['L1 M', 'L1'],
      ['L2 P(Y)', 'L2'],
    ] as const),
    ...([
      ['L2C-M', 'L2'],
      ['L2C-L', 'L2'],
      ['L5-I', 'L5'],
      ['L5-Q', 'L5'],
    ] as const),
  ],
  glonass: [
    ['G1 C/A', 'L1'],
    ['G1 P', 'L1'],
    ['G2 C/A', 'L2'],
    ['G2 P', 'L2'],
  ],
  galileo: [
    ...([
      ['E5a', 'L5'],
      ['E5b', 'L2'],
      ['E5a+b', 'L5'],
      ['E6-A', 'L6'],
    ] as const),
    ...([
      ['E6-BC', 'L6'],
      ['E1-A', 'L1'],
      ['E1-BC', 'L1'],
    ] as const),
  ],
  beidou: [
    ...([
      ['B1I', 'L1'],
      ['B1Q', 'L1'],
      ['B1C', 'L1'],
      ['B1A', 'L1'],
      ['B2a', 'L5'],
      ['B2b', 'L2'],
    ] as const),
    ...([
      ['B2a+b', 'L5'],
      ['B3I', 'L6'],
      ['B3Q', 'L6'],
      ['B3A', 'L6'],
      ['B2I', 'L2'],
      ['B2Q', 'L2'],
    ] as const),
  ],
  qzss: [
    ...([
      ['L1 C/A', 'L1'],
      ['L1C(D)', 'L1'],
      ['L1C(P)', 'L1'],
      ['L1S', 'L1'],
      ['L2C-M', 'L2'],
    ] as const),
    ...([
      ['L2C-L', 'L2'],
      ['L5-I', 'L5'],
      ['L5-Q', 'L5'],
      ['L6D', 'L6'],
      ['L6E', 'L6'],
    ] as const),
  ],
  navic: [
    ['L5 SPS', 'L5'],
    ['S SPS', 'S'],
    ['L5 RS', 'L5'],
    ['S RS', 'S'],
    ['L1 SPS', 'L1'],
  ],
};

/** Returns the system of a talker; undefined for GN and others. */
export const systemOfTalker = (talker: string): Constellation | undefined =>
  Object.hasOwn(TALKERS, talker) ? TALKERS[talker] : undefined;

/** Returns the system of a system ID, one hexadecimal digit. */
export const systemOfId = (field: string | undefined): Constellation | undefined =>
  /^[0-9A-Fa-f]$/.test(field ?? '') ? SYSTEMS[Number.parseInt(field!, 16)] : undefined;

/** Returns the signal of a signal ID, one hexadecimal digit; undefined for 0 and unknown ones. */
export function signalOf(system: Constellation | undefined, field: string | undefined): SignalRow | undefined {
  if (system === undefined || !/^[0-9A-Fa-f]$/.test(field ?? '')) return undefined;
  return SIGNALS[system === 'sbas' ? 'gps' : system]?.[Number.parseInt(field!, 16) - 1];
}

type NumberRange = readonly [from: number, to: number, system: Constellation, subtract: number];

/** Satellite numbers that mean one system under any talker (NMEA 0183 and the extensions of receivers' makers). */
const RANGES: readonly NumberRange[] = [
  [33, 64, 'sbas', -87],
  [65, 96, 'glonass', 64],
  [120, 158, 'sbas', 0],
  [183, 192, 'qzss', 182],
  [193, 202, 'qzss', 192],
  [301, 336, 'galileo', 300],
  [401, 463, 'beidou', 400],
];

/** Highest number of a satellite that a system's own talker numbers from 1. */
const OWN_NUMBERS: Readonly<Partial<Record<Constellation, number>>> = {
  gps: 32,
  glonass: 32,
  galileo: 36,
  beidou: 64,
  qzss: 10,
  navic: 14,
};

/** Returns the satellite of a number in GSA or GSV; undefined if the number means none. */
export function satelliteOf(number: number, system: Constellation | undefined): SatelliteId | undefined {
  const own = OWN_NUMBERS[system ?? 'gps'];
  if (number >= 1 && own !== undefined && number <= own) return { constellation: system ?? 'gps', id: number };
  if (system === 'beidou' && number > 200 && number <= 264) return { constellation: 'beidou', id: number - 200 };
  const range = RANGES.find(([from, to]) => number >= from && number <= to);
  return range && { constellation: range[2], id: number - range[3] };
}
