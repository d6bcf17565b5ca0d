import { padded, struct } from '../field.js';
import { u16, u32, u64 } from '../number.js';
import { ORGANIZATION_EXTENSION } from './tlv-row.js';

const ITU_T = 0x0019a7;
const IEEE_C37_238 = 0x1c129d;

/** The TLVs of the telecom and power profiles. */
export const PROFILE_TLVS = {
  /** ITU-T G.8275.2 annex D: bit rate of the interface. */
  'interface-rate': {
    type: ORGANIZATION_EXTENSION,
    organization: ITU_T,
    subtype: 2,
    value: struct({
      /** Attoseconds. */
      bitPeriodAs: u64,
      bitsBeforeTimestamp: u16,
      bitsAfterTimestamp: u16,
    }),
  },
  'power-2011': {
    type: ORGANIZATION_EXTENSION,
    organization: IEEE_C37_238,
    subtype: 1,
    value: struct({ grandmasterId: u16, grandmasterInaccuracyNs: u32, networkInaccuracyNs: padded(u32, 2) }),
  },
  'power-2017': {
    type: ORGANIZATION_EXTENSION,
    organization: IEEE_C37_238,
    subtype: 2,
    value: struct({ grandmasterId: padded(u16, 4), totalInaccuracyNs: padded(u32, 2) }),
  },
} as const;
