import { Cursor } from '../ptp/field.js';
import { CORRECTION_AT, DOMAIN_AT, FLAGS_AT, INTERVAL_AT, LENGTH_AT, SEQUENCE_AT } from '../ptp/header.js';
import {
  ASKED_IN_ORG,
  BODY_AT,
  FOLLOW_UP_FIRST,
  getUint16,
  NOT_A_REQUEST,
  SYNC_FIRST,
  scanRequest,
  TLVS_AT,
} from './scan.js';
import {
  type Dialect,
  ORG_OCTETS,
  PAD,
  RESPONSE,
  RESPONSE_OCTETS,
  type Status,
  type StatusId,
  statusValue,
  WANT_ALTERNATE,
  WANT_STATUS,
} from './tlv.js';

/**
 * The inputs of a reply beside the request. The caller fills one object for each request, so that no memory is allocated. Times
 * are TAI.
 */
export interface CsptpReplyContext {
  /** The second octet of flagField (`TIME_FLAGS`). */
  readonly timeFlags: number;
  /** The status TLV in either dialect (`encodeStatus`). */
  readonly status: Readonly<Record<Dialect, Uint8Array>>;
  /** An ALTERNATE_TIME_OFFSET_INDICATOR TLV, or no octets. */
  readonly alternate: Uint8Array;
  /** `never`: no reply is longer than its request. `trusted`: it may be longer, because the client's address is not forged. */
  readonly amplify: 'never' | 'trusted';
  /** Time of the request's arrival. */
  readonly receiveSeconds: number;
  readonly receiveNanoseconds: number;
  /** 2: a Follow_Up carries the time of sending (`followUp`). 1: the reply carries it. */
  readonly steps: 1 | 2;
  readonly transmitSeconds: number;
  readonly transmitNanoseconds: number;
}

export const FOLLOW_UP_OCTETS = 44;

/** minorVersionPTP and versionPTP. */
const VERSION_OCTET = 0x12;
const UNICAST = 0x04;
const TWO_STEP = 0x02;
const NO_INTERVAL = 0x7f;
const HEAD = 4;
const MAX_STATUS = 128;

/**
 * Encodes the status TLV for replies, once for each change. Some parsers require a parent address; others, like statime, accept
 * `NO_ADDRESS`.
 */
export function encodeStatus(status: Status, id: StatusId): Readonly<Record<Dialect, Uint8Array>> {
  return { plain: statusTlv(status, id, 0), org: statusTlv(status, id, ORG_OCTETS) };
}

/**
 * The CSPTP server as a pure function: writes the Sync that answers `request[0..length]` into `reply` and returns its length;
 * 0: no answer. The two buffers must not overlap. A status or an alternate offset that would make the reply longer than the
 * request is left out. The reply is padded to the length of the request, because switches delay messages of one length equally.
 */
export function respond(request: Uint8Array, length: number, context: CsptpReplyContext, reply: Uint8Array): number {
  if (length > request.length) return 0;
  const asked = scanRequest(request, length);
  if (asked === NOT_A_REQUEST) return 0;
  const asLong = getUint16(request, LENGTH_AT);
  const room = reply.length & ~1;
  const limit = context.amplify === 'trusted' ? room : Math.min(room, asLong);
  const dialect: Dialect = (asked & ASKED_IN_ORG) === 0 ? 'plain' : 'org';
  const prefix = dialect === 'org' ? ORG_OCTETS : 0;
  if (TLVS_AT + HEAD + prefix + RESPONSE_OCTETS > limit) return 0;

  writeHeader(request, context, reply);
  let end = writeResponse(request, context, prefix, reply);
  if ((asked & WANT_STATUS) !== 0) end = append(context.status[dialect], reply, end, limit);
  if ((asked & WANT_ALTERNATE) !== 0) end = append(context.alternate, reply, end, limit);
  end = pad(reply, end, Math.min(room, asLong));
  putUint16(reply, LENGTH_AT, end);
  return end;
}

/** Returns what a Follow_Up repeats of its Sync, domainNumber and sequenceId, as a number below 2^24. */
export const syncKey = (sync: Uint8Array): number => (sync[DOMAIN_AT]! << 16) | getUint16(sync, SEQUENCE_AT);

/** Writes the Follow_Up of a Sync of `respond` into `into` and returns its length. `key`: `syncKey` of the Sync. */
export function followUp(key: number, seconds: number, nanoseconds: number, into: Uint8Array): number {
  if (into.length < FOLLOW_UP_OCTETS) throw new RangeError('No room for a Follow_Up');
  into.fill(0, 0, FOLLOW_UP_OCTETS);
  into[0] = FOLLOW_UP_FIRST;
  into[1] = VERSION_OCTET;
  putUint16(into, LENGTH_AT, FOLLOW_UP_OCTETS);
  into[DOMAIN_AT] = key >>> 16;
  into[FLAGS_AT] = UNICAST | TWO_STEP;
  putUint16(into, SEQUENCE_AT, key & 0xffff);
  into[INTERVAL_AT] = NO_INTERVAL;
  putTimestamp(into, BODY_AT, seconds, nanoseconds);
  return FOLLOW_UP_OCTETS;
}

function statusTlv(status: Status, id: StatusId, prefix: number): Uint8Array {
  const cursor = new Cursor(new Uint8Array(MAX_STATUS), HEAD + prefix);
  statusValue.write(cursor, status);
  const end = cursor.at + (cursor.at % 2);
  writeHead(id, prefix, end - HEAD - prefix, cursor.octets, 0);
  return cursor.octets.slice(0, end);
}

function writeHeader(request: Uint8Array, context: CsptpReplyContext, reply: Uint8Array): void {
  reply.fill(0, 0, TLVS_AT);
  reply[0] = SYNC_FIRST;
  reply[1] = VERSION_OCTET;
  reply[DOMAIN_AT] = request[DOMAIN_AT]!;
  reply[FLAGS_AT] = context.steps === 2 ? UNICAST | TWO_STEP : UNICAST;
  reply[FLAGS_AT + 1] = context.timeFlags;
  copy(request, SEQUENCE_AT, 2, reply, SEQUENCE_AT);
  reply[INTERVAL_AT] = NO_INTERVAL;
  if (context.steps === 1) putTimestamp(reply, BODY_AT, context.transmitSeconds, context.transmitNanoseconds);
}

/** Writes the time of reception and the request's correctionField. Returns the end. */
function writeResponse(request: Uint8Array, context: CsptpReplyContext, prefix: number, reply: Uint8Array): number {
  const value = writeHead(RESPONSE, prefix, RESPONSE_OCTETS, reply, TLVS_AT);
  putTimestamp(reply, value, context.receiveSeconds, context.receiveNanoseconds);
  copy(request, CORRECTION_AT, 8, reply, value + 10);
  return value + RESPONSE_OCTETS;
}

/** Appends a TLV if there is room for it. Returns the end. */
function append(tlv: Uint8Array, reply: Uint8Array, end: number, limit: number): number {
  if (end + tlv.length > limit) return end;
  copy(tlv, 0, tlv.length, reply, end);
  return end + tlv.length;
}

/** Leaves a gap of four octets as it is: some parsers reject a last TLV without a value. */
function pad(reply: Uint8Array, end: number, length: number): number {
  if (length - end < HEAD + 2) return end;
  const at = writeHead(PAD, 0, length - end - HEAD, reply, end);
  reply.fill(0, at, length);
  return length;
}

/** Writes type, length and the organisation's octets, all zero. Returns the offset of the value. */
function writeHead(type: number, prefix: number, octets: number, reply: Uint8Array, at: number): number {
  putUint16(reply, at, type);
  putUint16(reply, at + 2, prefix + octets);
  reply.fill(0, at + HEAD, at + HEAD + prefix);
  return at + HEAD + prefix;
}

function copy(from: Uint8Array, start: number, count: number, to: Uint8Array, at: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i]!;
}

function putTimestamp(octets: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
  putUint16(octets, at, Math.floor(seconds / 2 ** 32));
  putUint32(octets, at + 2, seconds);
  putUint32(octets, at + 6, nanoseconds);
}

function putUint32(octets: Uint8Array, at: number, value: number): void {
  putUint16(octets, at, value >>> 16);
  putUint16(octets, at + 2, value >>> 0);
}

function putUint16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
}
