import { type Field, many, padded, rest, struct } from '../field.js';
import { clockIdentity } from '../identity.js';
import { i32, u8, u16, u32, u48 } from '../number.js';
import { optionalText } from '../text.js';

/** Octets that only take up room (IEEE 1588-2019 §14.4.2): as many as the number says. */
const padding: Field<number> = {
  read: (from) => from.end - from.advance(from.left),
  write: (to, count) => void to.octets.fill(0, to.advance(count), to.at),
};

/** The TLVs of IEEE 1588-2019 that belong to no organisation and no negotiation. */
export const CORE_TLVS = {
  /** §15.5.2. `data` is read by `readDataSet`: how it is wrong has an error of its own. */
  management: { type: 0x0001, value: struct({ id: u16, data: rest }) },
  /** §15.5.4. */
  'management-error': { type: 0x0002, value: struct({ error: u16, id: padded(u16, 4), display: optionalText }) },
  /** §16.2: the clocks that an Announce has come through, the grandmaster first. */
  'path-trace': { type: 0x0008, value: struct({ path: many(clockIdentity) }) },
  /** §16.3: another timescale as seconds from PTP time, a local time zone for one. */
  'alternate-time-offset': {
    type: 0x0009,
    value: struct({
      key: u8,
      offsetS: i32,
      /** What the next jump adds to the offset, and the PTP second of it. */
      jumpS: i32,
      nextJumpS: u48,
      name: optionalText,
    }),
  },
  /** §16.10: (ratio − 1) · 2^41. */
  'cumulative-rate-ratio': { type: 0x8007, value: struct({ scaledRateOffset: i32 }) },
  pad: { type: 0x8008, value: struct({ octets: padding }) },
  /** §16.14, recognised and not checked: what is needed is in `data`. */
  authentication: {
    type: 0x8009,
    value: struct({ securityPolicy: u8, parameterIndicator: u8, keyId: u32, data: rest }),
  },
} as const;
