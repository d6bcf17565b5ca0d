import { type Field, many, padded, rest, struct } from '../field.js';
import { clockIdentity } from '../identity.js';
import { i32, u8, u16, u32, u48 } from '../number.js';
import { optionalText } from '../text.js';

/** Padding octets (IEEE 1588-2019 §14.4.2); the value is their number. */
const padding: Field<number> = {
  read: (from) => from.end - from.advance(from.left),
  write: (to, count) => void to.octets.fill(0, to.advance(count), to.at),
};

/** The TLVs of IEEE 1588-2019 except organisation extensions and unicast negotiation. */
export const CORE_TLVS = {
  /** §15.5.2. `readDataSet` reads `data`, because management has errors of its own for faulty data. */
  management: { type: 0x0001, value: struct({ id: u16, data: rest }) },
  /** §15.5.4. */
  'management-error': { type: 0x0002, value: struct({ error: u16, id: padded(u16, 4), display: optionalText }) },
  /** §16.2: the clocks that the Announce has passed, the grandmaster first. */
  'path-trace': { type: 0x0008, value: struct({ path: many(clockIdentity) }) },
  /** §16.3: another timescale, such as a local time zone, as an offset from PTP time. */
  'alternate-time-offset': {
    type: 0x0009,
    value: struct({
      key: u8,
      offsetS: i32,
      /** Change of the offset at its next jump, s, and the PTP second of that jump. */
      jumpS: i32,
      nextJumpS: u48,
      name: optionalText,
    }),
  },
  /** §16.10: (ratio − 1) · 2^41. */
  'cumulative-rate-ratio': { type: 0x8007, value: struct({ scaledRateOffset: i32 }) },
  pad: { type: 0x8008, value: struct({ octets: padding }) },
  /** §16.14, recognised but not verified. `data`: all that follows, with the ICV. */
  authentication: {
    type: 0x8009,
    value: struct({ securityPolicy: u8, parameterIndicator: u8, keyId: u32, data: rest }),
  },
} as const;
