import { HEADER_OCTETS, MODE_CLIENT } from '../header.js';
import {
  CLIENT_COOKIE_AT,
  DRAFT_IDENTIFICATION,
  DRAFT_OCTETS,
  FIELD_HEAD_OCTETS,
  POLL_AT,
  paddedLength,
  REFERENCE_IDS_REQUEST,
  VERSION_5,
} from './packet.js';
import { FILTER_CHUNK_OCTETS } from './reference-ids.js';

export interface RequestV5Options {
  /** Present poll interval as log2 of seconds: the server may state a longer one. */
  readonly pollLog2: number;
  /** Place of the part of the server's filter that is asked for (`FilterCollector.next`). */
  readonly filterAt: number;
}

const DRAFT_AT = HEADER_OCTETS;
const FILTER_FIELD_AT = DRAFT_AT + paddedLength(FIELD_HEAD_OCTETS + DRAFT_OCTETS.length);
/** All requests have this length: another one could take another time on the way. */
export const REQUEST_V5_OCTETS = FILTER_FIELD_AT + FIELD_HEAD_OCTETS + FILTER_CHUNK_OCTETS;

/** Returns a client request of NTPv5, for UTC in the basic mode. `cookie`: 8 unpredictable octets, which the reply repeats. */
export function requestV5(cookie: Uint8Array, { pollLog2, filterAt }: RequestV5Options): Uint8Array {
  const packet = new Uint8Array(REQUEST_V5_OCTETS);
  const view = new DataView(packet.buffer);
  packet[0] = (VERSION_5 << 3) | MODE_CLIENT;
  view.setInt8(POLL_AT, pollLog2);
  packet.set(cookie.subarray(0, 8), CLIENT_COOKIE_AT);
  view.setUint16(DRAFT_AT, DRAFT_IDENTIFICATION);
  view.setUint16(DRAFT_AT + 2, FIELD_HEAD_OCTETS + DRAFT_OCTETS.length);
  packet.set(DRAFT_OCTETS, DRAFT_AT + FIELD_HEAD_OCTETS);
  view.setUint16(FILTER_FIELD_AT, REFERENCE_IDS_REQUEST);
  view.setUint16(FILTER_FIELD_AT + 2, FIELD_HEAD_OCTETS + FILTER_CHUNK_OCTETS);
  view.setUint16(FILTER_FIELD_AT + FIELD_HEAD_OCTETS, filterAt);
  return packet;
}

/** Returns true if the packet repeats the client cookie of the request. */
export function answersCookie(packet: Uint8Array, request: Uint8Array): boolean {
  for (let i = CLIENT_COOKIE_AT; i < CLIENT_COOKIE_AT + 8; i++) if (packet[i] !== request[i]) return false;
  return true;
}
