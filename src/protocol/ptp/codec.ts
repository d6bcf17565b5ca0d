import { Cursor, type Field } from './field.js';
import { HEADER_OCTETS, LENGTH_AT, readHeader, VERSION, writeHeader } from './header.js';
import { kindOf, MESSAGES, type Message } from './message.js';
import { readTlvs, writeTlvs } from './tlv/chain.js';

/**
 * Reasons why octets are not a message, used as names of counters. `length`: fewer octets than a header or than
 * messageLength. `version`: another version of PTP. `type`: a reserved message type. `body`: an impossible value.
 * `tlv`: a TLV that is cut off or does not have the form of its type.
 */
export const REJECT_REASONS = ['length', 'version', 'type', 'body', 'tlv'] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export interface Rejection {
  readonly kind: 'rejected';
  readonly reason: RejectReason;
  /** The number that caused the rejection: octets, version, message type (also for `body`) or TLV type. */
  readonly detail: number;
}

const NANOSECONDS_AT = 40;

/** Reads one message. Octets after its messageLength (padding, a PRP trailer, checksum octets) are ignored. Never throws. */
export function decode(octets: Uint8Array): Message | Rejection {
  if (octets.length < HEADER_OCTETS) return rejected('length', octets.length);
  const version = octets[1]! & 0x0f;
  if (version !== VERSION) return rejected('version', version);
  const messageType = octets[0]! & 0x0f;
  const kind = kindOf(messageType);
  if (kind === undefined) return rejected('type', messageType);
  const length = (octets[LENGTH_AT]! << 8) | octets[LENGTH_AT + 1]!;
  if (length < MESSAGES[kind].octets || length > octets.length) return rejected('length', length);

  const cursor = new Cursor(octets, HEADER_OCTETS, length);
  const header = readHeader(cursor.view);
  const body = bodyOf(kind).read(cursor);
  if (body === undefined || (kind === 'sync' && !header.flags.twoStep && lacksTime(cursor.view))) {
    return rejected('body', messageType);
  }
  const tlvs = readTlvs(cursor);
  return typeof tlvs === 'number' ? rejected('tlv', tlvs) : ({ kind, header, tlvs, ...body } as Message);
}

/** Writes one message and returns its length in octets. Throws RangeError if `into` is too short. */
export function encode(message: Message, into: Uint8Array): number {
  const cursor = new Cursor(into, HEADER_OCTETS);
  bodyOf(message.kind).write(cursor, message);
  writeTlvs(cursor, message.tlvs);
  writeHeader(message.header, MESSAGES[message.kind].type, cursor.at, cursor.view);
  return cursor.at;
}

/** Returns true if the originTimestamp of a one-step Sync is impossible. In two steps it is not used. */
const lacksTime = (view: DataView): boolean => view.getUint32(NANOSECONDS_AT) >= 1e9;

const bodyOf = (kind: Message['kind']): Field<object> => MESSAGES[kind].body;

const rejected = (reason: RejectReason, detail: number): Rejection => ({ kind: 'rejected', reason, detail });
