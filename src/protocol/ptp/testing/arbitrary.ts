import fc from 'fast-check';
import { cleanText } from '../../../api/clean-text.js';
import { FLAGS, TIME_FLAGS } from '../flags.js';
import type { PtpHeader } from '../header.js';
import { MESSAGES, type Message, type MessageKind } from '../message.js';
import type { Tlv, TlvKind } from '../tlv/index.js';

type Values = Readonly<Record<string, fc.Arbitrary<unknown>>>;

export const u8 = fc.nat(0xff);
export const i8 = fc.integer({ min: -128, max: 127 });
export const u16 = fc.nat(0xffff);
export const i16 = fc.integer({ min: -0x8000, max: 0x7fff });
export const u24 = fc.nat(0xff_ffff);
export const u32 = fc.nat(0xffff_ffff);
export const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
export const u48 = fc.nat(2 ** 48 - 1);
export const i64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
export const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
export const i96 = fc.bigInt({ min: -(1n << 95n), max: (1n << 95n) - 1n });
export const instant = fc.bigInt({ min: 0n, max: (1n << 48n) * 1_000_000_000n - 1n });
export const clock = u64.map((value) => value.toString(16).padStart(16, '0'));
export const port = fc.record({ clock, port: u16 });
export const quality = fc.record({ clockClass: u8, accuracy: u8, variance: u16 });
export const flags = u16.map((value) => FLAGS.read(value));
export const timeFlags = u8.map((value) => TIME_FLAGS.read(value));
/** An even number of octets. */
export const evenData = fc
  .array(u16, { maxLength: 20 })
  .map((words) => Uint8Array.from(words.flatMap((w) => [w >> 8, w & 0xff])));
/** A cleaned text: any other changes on its way, because text is cleaned when it is read. */
const name = fc.string({ maxLength: 30, unit: 'grapheme' }).map((text) => cleanText(text));
const nibble = fc.nat(15);
const bool = fc.boolean();

const header: fc.Arbitrary<PtpHeader> = fc.record({
  sdoId: fc.nat(0xfff),
  minorVersion: nibble,
  domain: u8,
  flags,
  correction: i64,
  typeSpecific: u32,
  source: port,
  sequenceId: u16,
  logInterval: i8,
});

const cancellation = { messageType: nibble, maintainRequest: bool, maintainGrant: bool };

const TLV_VALUES: Readonly<Record<TlvKind, Values>> = {
  management: { id: u16, data: evenData },
  'management-error': { error: u16, id: u16, display: name },
  'path-trace': { path: fc.array(clock, { maxLength: 9 }) },
  'alternate-time-offset': { key: u8, offsetS: i32, jumpS: i32, nextJumpS: u48, name },
  'cumulative-rate-ratio': { scaledRateOffset: i32 },
  pad: { octets: fc.nat(100).map((half) => half * 2) },
  authentication: { securityPolicy: u8, parameterIndicator: u8, keyId: u32, data: evenData },
  'request-unicast': { messageType: nibble, logInterval: i8, durationS: u32 },
  'grant-unicast': { messageType: nibble, logInterval: i8, durationS: u32, flags: fc.record({ renewalInvited: bool }) },
  'cancel-unicast': cancellation,
  'acknowledge-cancel-unicast': cancellation,
  'follow-up-information': {
    cumulativeScaledRateOffset: i32,
    gmTimeBaseIndicator: u16,
    lastGmPhaseChange: i96,
    scaledLastGmFreqChange: i32,
  },
  'message-interval-request': {
    linkDelay: i8,
    timeSync: i8,
    announce: i8,
    flags: fc.record({ computeNeighborRateRatio: bool, computeMeanLinkDelay: bool, oneStepReceiveCapable: bool }),
  },
  'gptp-capable': { logInterval: i8, flags: u8 },
  'gptp-capable-interval-request': { logInterval: i8 },
  'interface-rate': { bitPeriodAs: u64, bitsBeforeTimestamp: u16, bitsAfterTimestamp: u16 },
  'power-2011': { grandmasterId: u16, grandmasterInaccuracyNs: u32, networkInaccuracyNs: u32 },
  'power-2017': { grandmasterId: u16, totalInaccuracyNs: u32 },
};

export const TLV_KINDS = Object.keys(TLV_VALUES) as TlvKind[];

export const tlvOf = (kind: TlvKind): fc.Arbitrary<Tlv> =>
  fc.record({ kind: fc.constant(kind), ...TLV_VALUES[kind] }) as fc.Arbitrary<Tlv>;

const raw: fc.Arbitrary<Tlv> = fc.record({
  kind: fc.constant('raw' as const),
  type: fc.constantFrom(0x2004, 0x4001, 0x7f00, 0x8001, 0xff00),
  data: evenData,
});

const organization: fc.Arbitrary<Tlv> = fc.record({
  kind: fc.constant('organization' as const),
  type: fc.constantFrom(0x0003, 0x4000, 0x8000),
  organization: u24.filter((value) => ![0x0080c2, 0x0019a7, 0x1c129d].includes(value)),
  subtype: u24,
  data: evenData,
});

export const tlv: fc.Arbitrary<Tlv> = fc.oneof(...TLV_KINDS.map(tlvOf), raw, organization);

const BODIES: Readonly<Record<MessageKind, Values>> = {
  sync: { origin: instant },
  'delay-req': { origin: instant },
  'pdelay-req': { origin: instant },
  'pdelay-resp': { requestReceipt: instant, requesting: port },
  'follow-up': { preciseOrigin: instant },
  'delay-resp': { receive: instant, requesting: port },
  'pdelay-resp-follow-up': { responseOrigin: instant, requesting: port },
  announce: {
    origin: instant,
    currentUtcOffset: i16,
    priority1: u8,
    quality,
    priority2: u8,
    grandmaster: clock,
    stepsRemoved: u16,
    timeSource: u8,
  },
  signaling: { target: port },
  management: {
    target: port,
    startingHops: u8,
    hops: u8,
    action: fc.constantFrom('get', 'set', 'response', 'command', 'acknowledge'),
  },
};

export const MESSAGE_KINDS = Object.keys(MESSAGES) as MessageKind[];

export const messageOf = (kind: MessageKind): fc.Arbitrary<Message> =>
  fc.record({
    kind: fc.constant(kind),
    header,
    tlvs: fc.array(tlv, { maxLength: 5 }),
    ...BODIES[kind],
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Message>;
