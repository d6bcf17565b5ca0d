import { readTrailer, type Trailer, UNIQUE_IDENTIFIER } from './extension.js';
import {
  HEADER_OCTETS,
  MODE_ACTIVE,
  MODE_CLIENT,
  MODE_PASSIVE,
  MODE_SERVER,
  NEWEST_VERSION,
  ORIGIN_AT,
  RECEIVE_AT,
  REFERENCE_AT,
  TRANSMIT_AT,
} from './header.js';
import { keyNumberAt, type SymmetricKeys } from './keys/symmetric-key.js';
import type { SentReplies } from './sent-replies.js';
import { UPGRADE_FRACTION, UPGRADE_SECONDS, VERSION_5 } from './v5/packet.js';
import { getWord, isAfter, putWord } from './words.js';

/** Decision of access control and rate limit about a client. */
export type Admission = 'serve' | 'deny' | 'rate';

/**
 * The inputs of a reply beside the request. The caller fills one object for each request, so that no memory is allocated.
 */
export interface ReplyContext {
  /** The header that all replies share (`writeHeader`); version, poll and the last three timestamps are replaced. */
  readonly header: Uint8Array;
  /** Bit n set: version n is answered; n from 1 to 5. `respond` answers up to 4, `respondV5` 5. */
  readonly versions: number;
  readonly admission: Admission;
  /** UDP port of the client. */
  readonly clientPort: number;
  /** NTP timestamps, in two words, of the arrival of the request and of the departure of the reply. */
  readonly receiveSeconds: number;
  readonly receiveFraction: number;
  readonly transmitSeconds: number;
  readonly transmitFraction: number;
  /** Keys by which requests with a MAC are verified and their replies signed. Absent: none. */
  readonly keys?: SymmetricKeys;
  /** Last replies, for clients in the interleaved mode (RFC 9769); with `client`. Absent: all are answered in the basic mode. */
  readonly sentReplies?: SentReplies;
  /** Address of the client, as octets of `octetsOf`. */
  readonly client?: Uint8Array;
}

/**
 * Reason for which a datagram is not answered. `length`: below 48 octets, or longer than a reply may be. `version`: not
 * answered, or another draft of NTPv5. `mode`: a reply, a broadcast, or mode 0 that is no request. `control`: a management query (modes 6 and 7).
 * `extension`: what follows the header is malformed.
 */
export type Silence = 'length' | 'version' | 'mode' | 'control' | 'extension';

export const SILENCES: readonly Silence[] = ['length', 'version', 'mode', 'control', 'extension'];

/** NTPv1 to NTPv4. */
export const DEFAULT_VERSIONS = 0b11110;

const SPEAKABLE = 0b11110;
const NTP_PORT = 123;
const MODE_CONTROL = 6;
const LEAP_UNKNOWN = 0xc0;
const DENY = 0x44454e59;
const RATE = 0x52415445;
/** RFC 8915 §5.3: 32 octets or more, and the head of the field. */
const MIN_IDENTIFIER = 36;
/** Octets of the key number, with which a MAC begins; a crypto-NAK has nothing else. */
const KEY_NUMBER_OCTETS = 4;
/** Length of a reply that ends in a crypto-NAK, the only reply of this length. */
export const CRYPTO_NAK_OCTETS = HEADER_OCTETS + KEY_NUMBER_OCTETS;

/**
 * The NTP server as a pure function: writes the reply to `request[0..length]` into `reply` and returns its length, never above
 * `length`, or the reason for silence.
 *
 * Requests are answered without keeping state (RFC 5905 §9.2): those of clients in mode 4, those of symmetric-active peers
 * in mode 2. Modes 2 and 4 are never answered, so that a forged packet cannot make two servers answer each other.
 */
export function respond(
  request: Uint8Array,
  length: number,
  context: ReplyContext,
  reply: Uint8Array,
): number | Silence {
  if (length < HEADER_OCTETS || length > request.length || length > reply.length) return 'length';
  const version = (request[0]! >> 3) & 7;
  if ((((context.versions & SPEAKABLE) >> version) & 1) === 0) return 'version';
  const mode = request[0]! & 7;
  const replyMode = modeOfReply(mode, version, context.clientPort);
  if (replyMode === undefined) return mode >= MODE_CONTROL ? 'control' : 'mode';
  const trailer = readTrailer(request, length, version);
  if (trailer === undefined) return 'extension';

  if (context.admission === 'serve') writeTime(context, reply);
  else writeKiss(context.admission === 'deny' ? DENY : RATE, context, reply);
  reply[0] = (reply[0]! & 0xc0) | (version << 3) | replyMode;
  reply[2] = request[2]!;
  for (let i = 0; i < 8; i++) reply[ORIGIN_AT + i] = request[TRANSMIT_AT + i]!;
  if (version === NEWEST_VERSION && ((context.versions >> VERSION_5) & 1) === 1 && asksForV5(request)) confirmV5(reply);
  const { sentReplies } = context;
  if (sentReplies !== undefined) {
    sentReplies.begin();
    if (version === NEWEST_VERSION && mode === MODE_CLIENT && context.admission === 'serve')
      interleave(request, sentReplies, context.client!, reply);
  }
  return trailer.macLength > KEY_NUMBER_OCTETS
    ? writeMac(request, length - trailer.macLength, length, context.keys, reply)
    : writeIdentifier(request, trailer, reply);
}

/**
 * Returns the mode of the reply; undefined if none is sent. NTPv1 has no mode field (RFC 1059): a client is recognised by a
 * port other than 123.
 */
function modeOfReply(mode: number, version: number, clientPort: number): number | undefined {
  if (mode === MODE_CLIENT) return MODE_SERVER;
  if (mode === MODE_ACTIVE) return MODE_PASSIVE;
  return mode === 0 && version === 1 && clientPort !== NTP_PORT ? MODE_SERVER : undefined;
}

function writeTime(context: ReplyContext, reply: Uint8Array): void {
  for (let i = 0; i < ORIGIN_AT; i++) reply[i] = context.header[i]!;
  const { receiveSeconds, sentReplies } = context;
  // With the interleaved mode, only receive timestamps have the lowest bit, so that an origin timestamp shows which it repeats.
  const receiveFraction = sentReplies === undefined ? context.receiveFraction : (context.receiveFraction | 1) >>> 0;
  const transmitFraction = sentReplies === undefined ? context.transmitFraction : (context.transmitFraction & ~1) >>> 0;
  putWord(reply, RECEIVE_AT, receiveSeconds);
  putWord(reply, RECEIVE_AT + 4, receiveFraction);
  const set = getWord(reply, REFERENCE_AT);
  const setFraction = getWord(reply, REFERENCE_AT + 4);
  // Zero: never set (RFC 5905 §7.3), not the first moment of era 1.
  if ((set | setFraction) !== 0 && isAfter(set, setFraction, receiveSeconds, receiveFraction)) {
    reply.copyWithin(REFERENCE_AT, RECEIVE_AT, RECEIVE_AT + 8);
  }
  const leaves = isAfter(context.transmitSeconds, transmitFraction, receiveSeconds, receiveFraction);
  const fraction = leaves ? transmitFraction : (receiveFraction + 1) >>> 0;
  const carried = !leaves && fraction === 0 ? 1 : 0;
  putWord(reply, TRANSMIT_AT, leaves ? context.transmitSeconds : receiveSeconds + carried);
  putWord(reply, TRANSMIT_AT + 4, fraction);
}

/**
 * Answers in the interleaved mode if the origin timestamp of the request names a reply whose exact transmit timestamp is known
 * (RFC 9769 §2), and notes this reply for the next request of the client.
 */
function interleave(request: Uint8Array, sentReplies: SentReplies, client: Uint8Array, reply: Uint8Array): void {
  const fraction = getWord(request, ORIGIN_AT + 4);
  if ((fraction & 1) === 0 || hasEqualWords(request, RECEIVE_AT, TRANSMIT_AT)) return;
  const place = sentReplies.take(client, getWord(request, ORIGIN_AT), fraction);
  if (place >= 0) {
    putWord(reply, TRANSMIT_AT, sentReplies.transmitSeconds(place));
    putWord(reply, TRANSMIT_AT + 4, sentReplies.transmitFraction(place));
    for (let i = 0; i < 8; i++) reply[ORIGIN_AT + i] = request[RECEIVE_AT + i]!;
  }
  sentReplies.save(client, getWord(reply, RECEIVE_AT), getWord(reply, RECEIVE_AT + 4));
}

const hasEqualWords = (octets: Uint8Array, a: number, b: number): boolean =>
  getWord(octets, a) === getWord(octets, b) && getWord(octets, a + 4) === getWord(octets, b + 4);

const asksForV5 = (request: Uint8Array): boolean =>
  getWord(request, REFERENCE_AT) === UPGRADE_SECONDS && getWord(request, REFERENCE_AT + 4) === UPGRADE_FRACTION;

/** Tells a client that it may speak NTPv5 from now on. */
function confirmV5(reply: Uint8Array): void {
  putWord(reply, REFERENCE_AT, UPGRADE_SECONDS);
  putWord(reply, REFERENCE_AT + 4, UPGRADE_FRACTION);
}

/** Writes a kiss of death (RFC 5905 §7.4): stratum 0, leap unknown, the code as refid, and no time but that of reception. */
function writeKiss(code: number, context: ReplyContext, reply: Uint8Array): void {
  reply.fill(0, 0, HEADER_OCTETS);
  reply[0] = LEAP_UNKNOWN;
  reply[3] = context.header[3]!;
  putWord(reply, 12, code);
  for (const at of [RECEIVE_AT, TRANSMIT_AT]) {
    putWord(reply, at, context.receiveSeconds);
    putWord(reply, at + 4, context.receiveFraction);
  }
}

/**
 * Signs the reply by the key that verifies the request; otherwise writes a crypto-NAK, a MAC of the key number 0 alone (RFC 5905
 * §9.2). `macAt`: place of the MAC in the request.
 */
function writeMac(
  request: Uint8Array,
  macAt: number,
  end: number,
  keys: SymmetricKeys | undefined,
  reply: Uint8Array,
): number {
  const key = keys?.get(keyNumberAt(request, macAt));
  if (key?.verifies(request, macAt, end) === true) return key.sign(reply, HEADER_OCTETS);
  putWord(reply, HEADER_OCTETS, 0);
  return CRYPTO_NAK_OCTETS;
}

/** Echoes the unique identifier. */
function writeIdentifier(request: Uint8Array, trailer: Trailer, reply: Uint8Array): number {
  let end = HEADER_OCTETS;
  for (const { type, start, length } of trailer.fields) {
    if (type !== UNIQUE_IDENTIFIER || length < MIN_IDENTIFIER) continue;
    if (end > HEADER_OCTETS) return HEADER_OCTETS;
    for (let i = 0; i < length; i++) reply[end + i] = request[start + i]!;
    end += length;
  }
  return end;
}
