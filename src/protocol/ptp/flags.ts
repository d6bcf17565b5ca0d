import { bits, type FlagsOf, octetOf } from './bits.js';

const TIME_MASKS = {
  leap61: 0x01,
  leap59: 0x02,
  currentUtcOffsetValid: 0x04,
  ptpTimescale: 0x08,
  timeTraceable: 0x10,
  frequencyTraceable: 0x20,
  /** New in IEEE 1588-2019. */
  synchronizationUncertain: 0x40,
} as const;

/** The second octet of flagField (IEEE 1588-2019 table 37): the properties of the grandmaster's time. */
export const TIME_FLAGS = bits(TIME_MASKS);
export type TimeFlags = FlagsOf<typeof TIME_FLAGS>;
export const timeFlags = octetOf(TIME_FLAGS);

/** flagField of the header (§13.3.2.8). The time flags have a meaning in Announce and in a CSPTP response only. */
export const FLAGS = bits({
  ...TIME_MASKS,
  alternateMaster: 0x0100,
  twoStep: 0x0200,
  unicast: 0x0400,
  profileSpecific1: 0x2000,
  profileSpecific2: 0x4000,
  /** PTP_SECURITY of IEEE 1588-2008. */
  security: 0x8000,
});
export type Flags = FlagsOf<typeof FLAGS>;

export const NO_FLAGS: Flags = FLAGS.none;
export const NO_TIME_FLAGS: TimeFlags = TIME_FLAGS.none;
