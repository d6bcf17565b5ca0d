import { bits, octetOf } from '../bits.js';
import { padded, struct } from '../field.js';
import { i8, i32, i96, u8, u16 } from '../number.js';
import { ORGANIZATION_EXTENSION, ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE } from './tlv-row.js';

const IEEE_8021 = 0x0080c2;

/** 802.1AS-2020 §10.6.4.3.8. */
const REQUEST_FLAGS = bits({
  computeNeighborRateRatio: 0x01,
  computeMeanLinkDelay: 0x02,
  oneStepReceiveCapable: 0x04,
});

/** The TLVs of 802.1AS-2020 §10.6.4 and §11.4.4. */
export const IEEE_8021_TLVS = {
  'follow-up-information': {
    type: ORGANIZATION_EXTENSION,
    organization: IEEE_8021,
    subtype: 1,
    value: struct({
      /** (rate of the grandmaster / rate of the sender − 1) · 2^41. */
      cumulativeScaledRateOffset: i32,
      /** Incremented with every step of the grandmaster's phase or frequency. */
      gmTimeBaseIndicator: u16,
      /** 2^-16 ns. */
      lastGmPhaseChange: i96,
      scaledLastGmFreqChange: i32,
    }),
  },
  'message-interval-request': {
    type: ORGANIZATION_EXTENSION,
    organization: IEEE_8021,
    subtype: 2,
    /** Intervals: log2 of seconds, or a code of interval.ts. */
    value: struct({ linkDelay: i8, timeSync: i8, announce: i8, flags: padded(octetOf(REQUEST_FLAGS), 2) }),
  },
  'gptp-capable': {
    type: ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE,
    organization: IEEE_8021,
    subtype: 4,
    value: struct({ logInterval: i8, flags: padded(u8, 4) }),
  },
  'gptp-capable-interval-request': {
    type: ORGANIZATION_EXTENSION_DO_NOT_PROPAGATE,
    organization: IEEE_8021,
    subtype: 5,
    /** log2 of seconds, or a code as in the message interval request. */
    value: struct({ logInterval: padded(i8, 3) }),
  },
} as const;
