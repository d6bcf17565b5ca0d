import { HEADER_OCTETS, MODE_CLIENT, MODE_SERVER, RECEIVE_AT, STRATUM_AT, TRANSMIT_AT } from '../header.js';
import type { ReplyContext, Silence } from '../server.js';
import { isAfter, putWord } from '../words.js';
import {
  CLIENT_COOKIE_AT,
  DRAFT_IDENTIFICATION,
  ERA_AT,
  endOfField,
  FIELD_HEAD_OCTETS,
  FLAG_SYNCHRONISED,
  FLAGS_AT,
  KNOWN_FLAGS,
  namesDraft,
  PADDING,
  POLL_AT,
  POLL_NEVER,
  PRECISION_AT,
  REFERENCE_IDS_REQUEST,
  REFERENCE_IDS_RESPONSE,
  ROOT_DELAY_AT,
  ROOT_DISPERSION_AT,
  SERVER_INFORMATION,
  TIMESCALE_AT,
  TIMESCALE_NAMES,
  TIMESCALE_SMEARED,
  TIMESCALE_UTC,
  toTime32,
  VERSION_5,
  wordAt,
} from './packet.js';
import { FILTER_OCTETS } from './reference-ids.js';

/** The inputs of a reply of NTPv5: those of NTPv4, and what only NTPv5 states. */
export interface ReplyContextV5 extends ReplyContext {
  /** Era of `receiveSeconds` (`eraOf`). */
  readonly receiveEra: number;
  readonly rootDelayNs: number;
  readonly rootDispersionNs: number;
  /** True if leap seconds are smeared. */
  readonly isSmeared: boolean;
  /** The reference IDs of this server and of those that it follows (`ReferenceIdFilter`). */
  readonly filter: Uint8Array;
}

const LEAP_UNKNOWN = 0xc0;
const STRATUM_16 = 16;
const SERVER_INFORMATION_OCTETS = 8;
/** A client whose interval is 2^126 s is not asked for a longer one: 127 means never. */
const LONGEST_POLL = 126;

/**
 * The NTPv5 server as a pure function: writes the reply to `request[0..length]` into `reply` and returns its length, which is always
 * `length`, or the reason for silence. Requests without our draft's name are not answered. Each extension field of the request is
 * answered at its place and length; one that asks for nothing that we have becomes padding. The server cookie is 0: requests are
 * answered in the basic mode, without keeping state.
 */
export function respondV5(
  request: Uint8Array,
  length: number,
  context: ReplyContextV5,
  reply: Uint8Array,
): number | Silence {
  if (length < HEADER_OCTETS || length > request.length || length > reply.length) return 'length';
  if ((request[0]! & 7) !== MODE_CLIENT) return 'mode';
  const isUnknown =
    (wordAt(request, FLAGS_AT) & ~KNOWN_FLAGS) !== 0 || request[TIMESCALE_AT]! >= TIMESCALE_NAMES.length;
  if (isUnknown) return 'extension';
  let hasDraft = false;
  for (let at = HEADER_OCTETS; at < length; ) {
    const next = endOfField(request, at, length);
    if (next < 0) return 'extension';
    const isDraft = wordAt(request, at) === DRAFT_IDENTIFICATION && namesDraft(request, at);
    hasDraft ||= isDraft;
    if (isDraft) copy(request, at, next, reply);
    else writeField(request, at, next, context, reply);
    at = next;
  }
  if (!hasDraft) return 'version';
  reply.fill(0, 0, HEADER_OCTETS);
  for (let i = CLIENT_COOKIE_AT; i < CLIENT_COOKIE_AT + 8; i++) reply[i] = request[i]!;
  if (context.admission === 'serve') writeTime(request, context, reply);
  else writeRefusal(request, context, reply);
  return length;
}

function writeTime(request: Uint8Array, context: ReplyContextV5, reply: Uint8Array): void {
  const { header, receiveSeconds, receiveFraction, transmitSeconds, transmitFraction } = context;
  const stratum = header[STRATUM_AT]!;
  // Stratum 0 would be a refusal.
  reply[STRATUM_AT] = stratum === 0 ? STRATUM_16 : stratum;
  reply[0] = (header[0]! & LEAP_UNKNOWN) | (VERSION_5 << 3) | MODE_SERVER;
  reply[POLL_AT] = request[POLL_AT]!;
  reply[PRECISION_AT] = header[PRECISION_AT]!;
  putWord(reply, ROOT_DELAY_AT, toTime32(context.rootDelayNs));
  putWord(reply, ROOT_DISPERSION_AT, toTime32(context.rootDispersionNs));
  reply[TIMESCALE_AT] = context.isSmeared ? TIMESCALE_SMEARED : TIMESCALE_UTC;
  reply[ERA_AT] = context.receiveEra;
  reply[FLAGS_AT + 1] = stratum === 0 ? 0 : FLAG_SYNCHRONISED;
  putWord(reply, RECEIVE_AT, receiveSeconds);
  putWord(reply, RECEIVE_AT + 4, receiveFraction);
  const leaves = isAfter(transmitSeconds, transmitFraction, receiveSeconds, receiveFraction);
  putWord(reply, TRANSMIT_AT, leaves ? transmitSeconds : receiveSeconds);
  putWord(reply, TRANSMIT_AT + 4, leaves ? transmitFraction : receiveFraction);
}

/** Writes a refusal: stratum 0 and no time. Its poll interval says whether the client may return. */
function writeRefusal(request: Uint8Array, { admission }: ReplyContextV5, reply: Uint8Array): void {
  reply[0] = LEAP_UNKNOWN | (VERSION_5 << 3) | MODE_SERVER;
  const asked = (request[POLL_AT]! << 24) >> 24;
  reply[POLL_AT] = admission === 'deny' ? POLL_NEVER : Math.min(asked + 1, LONGEST_POLL);
}

/** Writes the answer to an extension field, `request[at..next]`, at its place. */
function writeField(request: Uint8Array, at: number, next: number, context: ReplyContextV5, reply: Uint8Array): void {
  const type = wordAt(request, at);
  const octets = wordAt(request, at + 2) - FIELD_HEAD_OCTETS;
  const body = at + FIELD_HEAD_OCTETS;
  reply.fill(0, at, next);
  putHead(reply, at, PADDING, octets + FIELD_HEAD_OCTETS);
  if (type === REFERENCE_IDS_REQUEST && octets >= 2) {
    const from = wordAt(request, body);
    if (from + octets > FILTER_OCTETS) return;
    putHead(reply, at, REFERENCE_IDS_RESPONSE, octets + FIELD_HEAD_OCTETS);
    for (let i = 0; i < octets; i++) reply[body + i] = context.filter[from + i]!;
  } else if (type === SERVER_INFORMATION && octets + FIELD_HEAD_OCTETS === SERVER_INFORMATION_OCTETS) {
    putHead(reply, at, SERVER_INFORMATION, SERVER_INFORMATION_OCTETS);
    // Bit n stands for version n + 1.
    reply[body + 1] = context.versions >> 1;
  }
}

function putHead(octets: Uint8Array, at: number, type: number, length: number): void {
  octets[at] = type >> 8;
  octets[at + 1] = type;
  octets[at + 2] = length >> 8;
  octets[at + 3] = length;
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array): void {
  for (let i = start; i < end; i++) to[i] = from[i]!;
}
