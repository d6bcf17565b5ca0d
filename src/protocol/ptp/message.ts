import { type Field, fixed, type Of, padded, struct } from './field.js';
import type { PtpHeader } from './header.js';
import { clockIdentity, portIdentity } from './identity.js';
import { i16, u8, u16 } from './number.js';
import { clockQuality } from './quality.js';
import { estimate, timestamp } from './time.js';
import type { Tlv } from './tlv/index.js';

const actions = ['get', 'set', 'response', 'command', 'acknowledge'] as const;
export type ManagementAction = (typeof actions)[number];

const action: Field<ManagementAction> = fixed<ManagementAction>(
  1,
  (view, at) => actions[view.getUint8(at) & 0x0f],
  (view, at, value) => view.setUint8(at, actions.indexOf(value)),
);

/**
 * The messages of IEEE 1588-2019 §13.5 to §13.13 and 802.1AS-2020 §10.6 and §11.4: message type, octets before the first
 * TLV, and the body between header and TLVs.
 */
export const MESSAGES = {
  sync: { type: 0x0, octets: 44, body: struct({ origin: estimate }) },
  'delay-req': { type: 0x1, octets: 44, body: struct({ origin: estimate }) },
  'pdelay-req': { type: 0x2, octets: 54, body: struct({ origin: padded(estimate, 10) }) },
  'pdelay-resp': { type: 0x3, octets: 54, body: struct({ requestReceipt: timestamp, requesting: portIdentity }) },
  'follow-up': { type: 0x8, octets: 44, body: struct({ preciseOrigin: timestamp }) },
  'delay-resp': { type: 0x9, octets: 54, body: struct({ receive: timestamp, requesting: portIdentity }) },
  'pdelay-resp-follow-up': {
    type: 0xa,
    octets: 54,
    body: struct({ responseOrigin: timestamp, requesting: portIdentity }),
  },
  announce: {
    type: 0xb,
    octets: 64,
    body: struct({
      origin: estimate,
      /** TAI − UTC, s; valid if the flag currentUtcOffsetValid is set. */
      currentUtcOffset: padded(i16, 1),
      priority1: u8,
      quality: clockQuality,
      priority2: u8,
      grandmaster: clockIdentity,
      stepsRemoved: u16,
      timeSource: u8,
    }),
  },
  signaling: { type: 0xc, octets: 44, body: struct({ target: portIdentity }) },
  management: {
    type: 0xd,
    octets: 48,
    body: struct({ target: portIdentity, startingHops: u8, hops: u8, action: padded(action, 1) }),
  },
} as const;

export type MessageKind = keyof typeof MESSAGES;

export type MessageOf<K extends MessageKind> = {
  readonly kind: K;
  readonly header: PtpHeader;
  readonly tlvs: readonly Tlv[];
} & Of<(typeof MESSAGES)[K]['body']>;

export type Sync = MessageOf<'sync'>;
export type DelayReq = MessageOf<'delay-req'>;
export type PdelayReq = MessageOf<'pdelay-req'>;
export type PdelayResp = MessageOf<'pdelay-resp'>;
export type FollowUp = MessageOf<'follow-up'>;
export type DelayResp = MessageOf<'delay-resp'>;
export type PdelayRespFollowUp = MessageOf<'pdelay-resp-follow-up'>;
export type Announce = MessageOf<'announce'>;
export type Signaling = MessageOf<'signaling'>;
export type Management = MessageOf<'management'>;

export type Message = { readonly [K in MessageKind]: MessageOf<K> }[MessageKind];

const KINDS: readonly (MessageKind | undefined)[] = Array.from({ length: 16 }, (_, type) =>
  (Object.keys(MESSAGES) as MessageKind[]).find((kind) => MESSAGES[kind].type === type),
);

/** Returns the kind for a message type of four bits, undefined for a reserved type. */
export const kindOf = (messageType: number): MessageKind | undefined => KINDS[messageType & 0x0f];

/** Returns true for an event message (§7.3.3): it is stamped, and has a UDP port of its own. */
export const isEvent = (kind: MessageKind): boolean => MESSAGES[kind].type < 8;
