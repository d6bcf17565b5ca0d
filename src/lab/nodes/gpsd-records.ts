import type { Instant } from '../../api/index.js';

/** The records of gpsd 3.25. */

const SKY: readonly (readonly [prn: number, elevationDeg: number, azimuthDeg: number, signalDbHz: number])[] = [
  [2, 61, 74, 44],
  [5, 22, 305, 36],
  [8, 12, 41, 31],
  [10, 37, 120, 41],
  [12, 72, 210, 46],
  [15, 18, 190, 34],
  [18, 45, 268, 42],
  [23, 30, 15, 39],
  [25, 55, 330, 43],
  [29, 9, 88, 29],
  [31, 26, 240, 37],
  [32, 5, 160, 26],
];

export const version = () => ({ class: 'VERSION', release: '3.25', rev: '3.25', proto_major: 3, proto_minor: 15 });

export const device = (path: string, activated: string | 0) => ({
  class: 'DEVICE',
  path,
  driver: 'u-blox',
  activated,
  flags: 1,
  native: 1,
  bps: 115_200,
  cycle: 1,
});

export const devices = (entries: readonly object[]) => ({ class: 'DEVICES', devices: entries });

export const watch = () => ({
  class: 'WATCH',
  enable: true,
  json: true,
  nmea: false,
  raw: 0,
  scaled: false,
  timing: true,
  split24: false,
  pps: true,
});

export const fix = (path: string, second: Instant, mode: number, leapSeconds: number) => ({
  class: 'TPV',
  device: path,
  mode,
  ...(mode < 2
    ? {}
    : { time: new Date(Number(second / 1_000_000n)).toISOString(), leapseconds: leapSeconds, ept: 0.005 }),
});

export const sky = (path: string, used: number) => ({
  class: 'SKY',
  device: path,
  nSat: SKY.length,
  uSat: Math.min(used, SKY.length),
  satellites: SKY.map(([PRN, el, az, ss], index) => ({ PRN, el, az, ss, used: index < used, gnssid: 0, svid: PRN })),
});

export const timeOffset = (kind: 'TOFF' | 'PPS', path: string, real: Instant, clock: Instant, precision: number) => ({
  class: kind,
  device: path,
  real_sec: Number(real / 1_000_000_000n),
  real_nsec: Number(real % 1_000_000_000n),
  clock_sec: Number(clock / 1_000_000_000n),
  clock_nsec: Number(clock % 1_000_000_000n),
  precision,
});
