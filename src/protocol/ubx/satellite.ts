import type { Constellation, SatelliteId, SatelliteSignal } from '../gnss/index.js';

/** u-blox' gnssId, from 0 on. */
const SYSTEMS: readonly Constellation[] = ['gps', 'sbas', 'galileo', 'beidou', 'imes', 'qzss', 'glonass', 'navic'];

type SignalTable = Readonly<Record<number, readonly [name: string, band: SatelliteSignal['band']]>>;

/** u-blox' sigId of each system. */
const SIGNALS: Readonly<Partial<Record<Constellation, SignalTable>>> = {
  gps: { 0: ['L1 C/A', 'L1'], 3: ['L2C-L', 'L2'], 4: ['L2C-M', 'L2'], 6: ['L5-I', 'L5'], 7: ['L5-Q', 'L5'] },
  sbas: { 0: ['L1 C/A', 'L1'] },
  galileo: {
    ...({ 0: ['E1-C', 'L1'], 1: ['E1-B', 'L1'], 3: ['E5a-I', 'L5'], 4: ['E5a-Q', 'L5'], 5: ['E5b-I', 'L2'] } as const),
    ...({ 6: ['E5b-Q', 'L2'], 8: ['E6-B', 'L6'], 9: ['E6-C', 'L6'], 10: ['E6-A', 'L6'] } as const),
  },
  beidou: {
    ...({ 0: ['B1I D1', 'L1'], 1: ['B1I D2', 'L1'], 2: ['B2I D1', 'L2'], 3: ['B2I D2', 'L2'] } as const),
    ...({ 4: ['B3I D1', 'L6'], 5: ['B1C-P', 'L1'], 6: ['B1C-D', 'L1'], 7: ['B2a-P', 'L5'] } as const),
    ...({ 8: ['B2a-D', 'L5'], 10: ['B3I D2', 'L6'] } as const),
  },
  qzss: {
    ...({ 0: ['L1 C/A', 'L1'], 1: ['L1S', 'L1'], 4: ['L2C-M', 'L2'], 5: ['L2C-L', 'L2'] } as const),
    ...({ 8: ['L5-I', 'L5'], 9: ['L5-Q', 'L5'], 12: ['L1 C/B', 'L1'] } as const),
  },
  glonass: { 0: ['G1 C/A', 'L1'], 2: ['G2 C/A', 'L2'] },
  navic: { 0: ['L5 SPS', 'L5'] },
};

/** An unknown slot of GLONASS. */
const NO_SLOT = 255;

/** Returns the satellite of gnssId and svId; undefined for an unknown system, or a GLONASS satellite without a slot. */
export function satelliteOfUbx(gnssId: number, svId: number): SatelliteId | undefined {
  const constellation = SYSTEMS[gnssId];
  if (constellation === undefined || svId === 0 || (constellation === 'glonass' && svId === NO_SLOT)) return undefined;
  return { constellation, id: svId };
}

type OldRange = readonly [from: number, to: number, system: Constellation, subtract: number];

/** One numbering for all systems, in messages up to u-blox 8. */
const OLD_RANGES: readonly OldRange[] = [
  [1, 32, 'gps', 0],
  [33, 64, 'beidou', 27],
  [65, 96, 'glonass', 64],
  [120, 158, 'sbas', 0],
  [159, 163, 'beidou', 158],
  [173, 182, 'imes', 172],
  [193, 202, 'qzss', 192],
  [211, 246, 'galileo', 210],
];

/** Returns the satellite of a number in NAV-SVINFO. */
export function satelliteOfOldNumber(number: number): SatelliteId | undefined {
  const range = OLD_RANGES.find(([from, to]) => number >= from && number <= to);
  return range && { constellation: range[2], id: number - range[3] };
}

/** Returns the signal of a satellite; without `sigId`, one of unknown name. C/N0 0 means not tracked. */
export function signalOfUbx(system: Constellation, sigId: number | undefined, cn0: number): SatelliteSignal {
  const [name, band] = (sigId === undefined ? undefined : SIGNALS[system]?.[sigId]) ?? [];
  return { name, band, cn0DbHz: cn0 > 0 && cn0 < 100 ? cn0 : undefined };
}
