import type { Answer, RefusalReason, Verdict } from '../evaluate.js';
import { HEADER_OCTETS, LEAPS, MODE_SERVER, RECEIVE_AT, STRATUM_UNSYNCHRONISED, TRANSMIT_AT } from '../header.js';
import { fromLog2 } from '../timestamp.js';
import {
  DRAFT_IDENTIFICATION,
  ERA_AT,
  endOfField,
  FIELD_HEAD_OCTETS,
  FLAG_AUTHENTICATION_NAK,
  FLAG_INTERLEAVED,
  FLAG_SYNCHRONISED,
  FLAGS_AT,
  fromEraTime,
  fromTime32,
  KNOWN_FLAGS,
  namesDraft,
  POLL_AT,
  POLL_NEVER,
  PRECISION_AT,
  REFERENCE_IDS_RESPONSE,
  ROOT_DELAY_AT,
  ROOT_DISPERSION_AT,
  TIMESCALE_AT,
  TIMESCALE_NAMES,
  TIMESCALE_UTC,
  VERSION_5,
  wordAt,
} from './packet.js';
import { FILTER_CHUNK_OCTETS } from './reference-ids.js';
import { answersCookie } from './request.js';

/** A server with this root distance or more is not synchronised: the format of its parts ends there. */
const MAX_ROOT_DISTANCE_NS = 16e9;

interface FieldsV5 {
  readonly namesDraft: boolean;
  /** A copy of the part of the filter that the reply contains. */
  readonly filterPart: Uint8Array | undefined;
}

/** Judges a datagram as a reply to a request of NTPv5 (`requestV5`). */
export function evaluateV5(reply: Uint8Array, request: Uint8Array): Verdict {
  if (reply.length < HEADER_OCTETS) return refused('length');
  if (((reply[0]! >> 3) & 7) !== VERSION_5) return refused('version');
  if ((reply[0]! & 7) !== MODE_SERVER) return refused('mode');
  if (!answersCookie(reply, request)) return refused('origin');
  const fields = readFields(reply);
  if (fields === undefined) return refused('extension');
  if (!fields.namesDraft) return refused('draft');
  const flags = wordAt(reply, FLAGS_AT);
  if ((flags & ~KNOWN_FLAGS) !== 0 || reply[TIMESCALE_AT]! >= TIMESCALE_NAMES.length) return refused('fields');
  if (reply[1]! > STRATUM_UNSYNCHRONISED) return refused('stratum');
  const code = kissOf(reply, request, flags);
  if (code !== undefined) return { kind: 'kiss', code };
  const answer = answerOf(reply, fields);
  const reason = flawOf(reply, answer, flags);
  return reason === undefined ? { kind: 'answer', answer } : { kind: 'unusable', reason, answer };
}

/** Returns undefined if the extension fields are malformed. */
function readFields(reply: Uint8Array): FieldsV5 | undefined {
  let hasDraft = false;
  let filterPart: Uint8Array | undefined;
  for (let at = HEADER_OCTETS; at < reply.length; ) {
    const next = endOfField(reply, at, reply.length);
    if (next < 0) return undefined;
    const type = wordAt(reply, at);
    if (type === DRAFT_IDENTIFICATION) hasDraft ||= namesDraft(reply, at);
    if (type === REFERENCE_IDS_RESPONSE && wordAt(reply, at + 2) === FIELD_HEAD_OCTETS + FILTER_CHUNK_OCTETS)
      filterPart = reply.slice(at + FIELD_HEAD_OCTETS, next);
    at = next;
  }
  return { namesDraft: hasDraft, filterPart };
}

/** Returns the kiss code of NTPv4 of the same meaning; undefined: the reply is none. Stratum 0 alone is a server without time. */
function kissOf(reply: Uint8Array, request: Uint8Array, flags: number): string | undefined {
  if ((flags & FLAG_AUTHENTICATION_NAK) !== 0) return 'NTSN';
  if (reply[1] !== 0) return undefined;
  const poll = signed(reply[POLL_AT]!);
  if (poll === POLL_NEVER) return 'DENY';
  return poll > signed(request[POLL_AT]!) ? 'RATE' : undefined;
}

function answerOf(reply: Uint8Array, { filterPart }: FieldsV5): Answer {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const receiveTimestamp = view.getBigUint64(RECEIVE_AT);
  const transmitTimestamp = view.getBigUint64(TRANSMIT_AT);
  const era = reply[ERA_AT]!;
  // The era is that of the receive timestamp: the transmit timestamp may belong to the next one.
  const isLater = BigInt.asIntN(64, transmitTimestamp - receiveTimestamp) >= 0n;
  const isCarried = isLater && transmitTimestamp < receiveTimestamp;
  return {
    version: VERSION_5,
    leap: LEAPS[reply[0]! >> 6]!,
    stratum: reply[1] === 0 ? STRATUM_UNSYNCHRONISED : reply[1]!,
    refid: 0,
    reference: '',
    rootDelayNs: fromTime32(view.getUint32(ROOT_DELAY_AT)),
    rootDispersionNs: fromTime32(view.getUint32(ROOT_DISPERSION_AT)),
    referenceTime: undefined,
    precisionNs: fromLog2(Math.min(0, Math.max(-32, signed(reply[PRECISION_AT]!)))),
    receiveTimestamp,
    receive: fromEraTime(receiveTimestamp, era),
    transmit: fromEraTime(transmitTimestamp, isCarried ? era + 1 : era),
    isInterleaved: false,
    pollLog2: signed(reply[POLL_AT]!),
    filterPart,
  };
}

/** Returns why the server's time cannot be used, as the end of a sentence about it; undefined if it can. */
function flawOf(reply: Uint8Array, answer: Answer, flags: number): string | undefined {
  if (answer.stratum === STRATUM_UNSYNCHRONISED) return 'says it is not synchronised (stratum 16)';
  if ((flags & FLAG_SYNCHRONISED) === 0) return 'says it is not synchronised (flags)';
  if (answer.leap === 'unknown') return 'says it is not synchronised (leap indicator 3)';
  if ((flags & FLAG_INTERLEAVED) !== 0) return 'answers in the interleaved mode, which it was not asked for';
  const timescale = reply[TIMESCALE_AT]!;
  if (timescale !== TIMESCALE_UTC) return `serves ${TIMESCALE_NAMES[timescale]} instead of UTC`;
  if (isZero(reply, RECEIVE_AT) || isZero(reply, TRANSMIT_AT)) return 'sends timestamps of zero';
  if (answer.transmit < answer.receive) return 'claims to have answered before it was asked';
  if (answer.rootDelayNs / 2 + answer.rootDispersionNs >= MAX_ROOT_DISTANCE_NS)
    return 'is 16 s or more from its reference';
  return undefined;
}

function isZero(packet: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 8; i++) if (packet[i] !== 0) return false;
  return true;
}

const signed = (octet: number): number => (octet << 24) >> 24;

const refused = (reason: RefusalReason): Verdict => ({ kind: 'refused', reason });
