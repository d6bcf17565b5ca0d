import type { Leap } from '../../api/observation.js';
import type { Instant, Ns } from '../../api/time.js';
import type { Authentication, AuthenticationFault } from './authentication.js';
import { readTrailer } from './extension.js';
import {
  HEADER_OCTETS,
  type Header,
  MODE_SERVER,
  NEWEST_VERSION,
  OLDEST_VERSION,
  ORIGIN_AT,
  RECEIVE_AT,
  readHeader,
  STRATUM_UNSYNCHRONISED,
  TRANSMIT_AT,
} from './header.js';
import { formatRefid } from './refid.js';
import { fromLog2, fromNtpTime, type NtpTime } from './timestamp.js';
import { UPGRADE_TIMESTAMP } from './v5/packet.js';

/** The content of a server's reply. */
export interface Answer {
  readonly version: number;
  readonly leap: Leap;
  /** 1 to 15; 16 when the server calls itself unsynchronised. */
  readonly stratum: number;
  readonly refid: number;
  /** The refid as text: `GPS`, `192.0.2.1`. */
  readonly reference: string;
  readonly rootDelayNs: Ns;
  readonly rootDispersionNs: Ns;
  readonly precisionNs: Ns;
  /** Time at which the server's clock was last set. Undefined: not stated. */
  readonly referenceTime: Instant | undefined;
  /** The receive timestamp as it is on the wire. */
  readonly receiveTimestamp: NtpTime;
  /** Server's times of reception and transmission. */
  readonly receive: Instant;
  readonly transmit: Instant;
  /** The reply is in the interleaved mode: `transmit` is that of the server's last reply (RFC 9769 §2). */
  readonly isInterleaved: boolean;
  /** The reply, of NTPv4, says that the server speaks NTPv5 too. */
  readonly speaksV5?: boolean;
  /** Shortest poll interval that the server permits, log2 of seconds. NTPv5 only. */
  readonly pollLog2?: number;
  /** Part of the server's filter of reference IDs that was asked for. NTPv5 only; undefined: the server has none. */
  readonly filterPart?: Uint8Array | undefined;
}

/** Reason for which a datagram is not a reply to this request. Such a datagram is counted and otherwise ignored. */
export type RefusalReason =
  | 'length'
  | 'mode'
  | 'version'
  | 'origin'
  | 'zero-origin'
  | 'duplicate'
  | 'extension'
  | 'draft'
  | 'fields'
  | 'stratum'
  | AuthenticationFault;

export type Verdict =
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** Kiss of death (RFC 5905 §7.4), four ASCII characters. Its time fields mean nothing. */
  | { readonly kind: 'kiss'; readonly code: string }
  /** A reply whose time cannot be used; `reason` finishes the sentence "the server …". */
  | { readonly kind: 'unusable'; readonly reason: string; readonly answer: Answer }
  | { readonly kind: 'answer'; readonly answer: Answer };

/** Kiss codes of a server that has no time yet (RFC 5905 §7.4), such as ntpd after its start. */
const UNREADY: Readonly<Record<string, string>> = {
  INIT: 'says it is not synchronised yet (kiss code INIT)',
  STEP: 'says it is not synchronised after a step of its clock (kiss code STEP)',
};

/** MAXDISP of RFC 5905: a server with this root distance or more is not synchronised. */
const MAX_ROOT_DISTANCE_NS = 16e9;

/** Judges a datagram as a reply to a request (RFC 5905 §9.2). `authentication`: that of the request, if it has one. */
export function evaluate(reply: Uint8Array, request: Uint8Array, authentication?: Authentication): Verdict {
  if (reply.length < HEADER_OCTETS) return refused('length');
  const header = readHeader(reply);
  if (header.mode !== MODE_SERVER) return refused('mode');
  if (header.version < OLDEST_VERSION || header.version > NEWEST_VERSION) return refused('version');
  const isBasic = answersTo(reply, request);
  if (!isBasic && !answersInterleaved(reply, request)) {
    return refused(header.origin === 0n ? 'zero-origin' : 'origin');
  }
  const trailer = readTrailer(reply, reply.length, header.version);
  if (trailer === undefined) return refused('extension');
  const forged = authentication?.faultOf(reply, trailer);
  if (forged !== undefined) return refused(forged);
  if (header.stratum > STRATUM_UNSYNCHRONISED) return refused('stratum');
  const code = header.stratum === 0 && header.refid !== 0 ? kissCode(header.refid) : undefined;
  const unready = UNREADY[code ?? ''];
  if (code !== undefined && unready === undefined) return { kind: 'kiss', code };
  const answer = answerOf(header, !isBasic);
  const reason = unready ?? flawOf(header, answer);
  return reason === undefined ? { kind: 'answer', answer } : { kind: 'unusable', reason, answer };
}

/** Returns why the server's time cannot be used, as the end of a sentence about it; undefined if it can. */
function flawOf(header: Header, answer: Answer): string | undefined {
  if (answer.stratum === STRATUM_UNSYNCHRONISED) return 'says it is not synchronised (stratum 16)';
  if (answer.leap === 'unknown') return 'says it is not synchronised (leap indicator 3)';
  if (header.receive === 0n || header.transmit === 0n) return 'sends timestamps of zero';
  const isLate = answer.transmit >= answer.receive;
  if (!isLate && !answer.isInterleaved) return 'claims to have answered before it was asked';
  if (isLate && answer.isInterleaved) return 'claims to have sent its last reply after this request';
  const last = answer.isInterleaved ? answer.receive : answer.transmit;
  if (answer.referenceTime !== undefined && answer.referenceTime > last) {
    return 'claims to have been set in the future';
  }
  if (answer.rootDelayNs / 2 + answer.rootDispersionNs >= MAX_ROOT_DISTANCE_NS) {
    return 'is 16 s or more from its reference';
  }
  return undefined;
}

function answerOf(header: Header, isInterleaved: boolean): Answer {
  const speaksV5 = header.reference === UPGRADE_TIMESTAMP;
  const stratum = header.stratum === 0 ? STRATUM_UNSYNCHRONISED : header.stratum;
  return {
    version: header.version,
    leap: header.leap,
    stratum,
    refid: header.refid,
    reference: formatRefid(header.refid, header.stratum),
    rootDelayNs: header.rootDelayNs,
    rootDispersionNs: header.rootDispersionNs,
    referenceTime: header.reference === 0n || speaksV5 ? undefined : fromNtpTime(header.reference),
    speaksV5,
    precisionNs: fromLog2(Math.min(0, Math.max(-32, header.precisionLog2))),
    receiveTimestamp: header.receive,
    receive: fromNtpTime(header.receive),
    transmit: fromNtpTime(header.transmit),
    isInterleaved,
  };
}

/** Returns true if the origin is the transmit timestamp of the request, bit for bit; `request` never makes it zero. */
export const answersTo = (reply: Uint8Array, request: Uint8Array): boolean => hasOrigin(reply, request, TRANSMIT_AT);

/** Same for the receive timestamp of a request in the interleaved mode (RFC 9769 §2); it is zero in the basic mode. */
export function answersInterleaved(reply: Uint8Array, request: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (request[RECEIVE_AT + i] !== 0) return hasOrigin(reply, request, RECEIVE_AT);
  return false;
}

function hasOrigin(reply: Uint8Array, request: Uint8Array, at: number): boolean {
  for (let i = 0; i < 8; i++) if (reply[ORIGIN_AT + i] !== request[at + i]) return false;
  return true;
}

const kissCode = (refid: number): string =>
  [24, 16, 8, 0]
    .map((shift) => String.fromCharCode((refid >>> shift) & 0x7f))
    .join('')
    .replace(/[^\x21-\x7e]/g, '?');

const refused = (reason: RefusalReason): Verdict => ({ kind: 'refused', reason });
