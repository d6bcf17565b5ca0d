import type { LeapTable } from './leap-table.js';

/** Seconds since 1900-01-01 (NTP), and TAI − UTC from then on. IERS Bulletin C to number 70. */
const STEPS: readonly (readonly [number, number])[] = [
  [2272060800, 10],
  [2287785600, 11],
  [2303683200, 12],
  [2335219200, 13],
  [2366755200, 14],
  [2398291200, 15],
  [2429913600, 16],
  [2461449600, 17],
  [2492985600, 18],
  [2524521600, 19],
  [2571782400, 20],
  [2603318400, 21],
  [2634854400, 22],
  [2698012800, 23],
  [2776982400, 24],
  [2840140800, 25],
  [2871676800, 26],
  [2918937600, 27],
  [2950473600, 28],
  [2982009600, 29],
  [3029443200, 30],
  [3076704000, 31],
  [3124137600, 32],
  [3345062400, 33],
  [3439756800, 34],
  [3550089600, 35],
  [3644697600, 36],
  [3692217600, 37],
];
/** 28 June 2026. */
const EXPIRES = 3991593600;
/** 1970-01-01 on the NTP scale (RFC 5905 figure 4). */
const UNIX_EPOCH = 2208988800;

const instant = (ntpS: number): bigint => BigInt(ntpS - UNIX_EPOCH) * 1_000_000_000n;

/** For machines whose leap-seconds.list is missing or older than this program. */
export const EMBEDDED_LEAP_TABLE: LeapTable = {
  origin: 'the table built into timehub',
  expires: instant(EXPIRES),
  steps: STEPS.map(([at, taiMinusUtc]) => ({ at: instant(at), taiMinusUtc })),
};
