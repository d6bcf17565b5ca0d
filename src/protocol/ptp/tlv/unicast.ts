import { bits, octetOf } from '../bits.js';
import { type Field, fixed, padded, struct } from '../field.js';
import { i8, u32 } from '../number.js';

/** The requested message type, four bits: 0 Sync, 9 Delay_Resp, B Announce. */
const upperNibble = fixed<number>(
  1,
  (view, at) => view.getUint8(at) >> 4,
  (view, at, value) => view.setUint8(at, value << 4),
);

export interface Cancellation {
  readonly messageType: number;
  /** The side that cancels: the requester, or the granter. */
  readonly maintainRequest: boolean;
  readonly maintainGrant: boolean;
}

const cancellation: Field<Cancellation> = padded(
  fixed<Cancellation>(
    1,
    (view, at) => {
      const octet = view.getUint8(at);
      return { messageType: octet >> 4, maintainRequest: (octet & 1) !== 0, maintainGrant: (octet & 2) !== 0 };
    },
    (view, at, { messageType, maintainRequest, maintainGrant }) =>
      view.setUint8(at, (messageType << 4) | Number(maintainRequest) | (Number(maintainGrant) << 1)),
  ),
  1,
);

/** Unicast message negotiation, IEEE 1588-2019 §16.1. */
export const UNICAST_TLVS = {
  'request-unicast': {
    type: 0x0004,
    value: struct({ messageType: upperNibble, logInterval: i8, durationS: u32 }),
  },
  'grant-unicast': {
    type: 0x0005,
    value: struct({
      messageType: upperNibble,
      logInterval: i8,
      /** 0: refused. */
      durationS: padded(u32, 1),
      flags: octetOf(bits({ renewalInvited: 0x01 })),
    }),
  },
  'cancel-unicast': { type: 0x0006, value: cancellation },
  'acknowledge-cancel-unicast': { type: 0x0007, value: cancellation },
} as const;
