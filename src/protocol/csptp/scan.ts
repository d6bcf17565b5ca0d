import { HEADER_OCTETS, LENGTH_AT, VERSION } from '../ptp/header.js';
import { ORG_OCTETS, ORG_REQUEST_OCTETS, REQUEST, RESPONSE, WANT_ALTERNATE, WANT_STATUS } from './tlv.js';

/** First octets of a Sync and a Follow_Up with majorSdoId 3; minorSdoId is 0. */
export const SYNC_FIRST = 0x30;
export const FOLLOW_UP_FIRST = 0x38;
export const BODY_AT = HEADER_OCTETS;
export const TLVS_AT = 44;

/**
 * A request is returned as bits, so that no memory is allocated: bits 0 and 1 as in tlvRequestFlags, this bit for the dialect.
 */
export const ASKED_IN_ORG = 0x04;
export const NOT_A_REQUEST = -1;

const HEAD = 4;

/**
 * Returns the flags of the request in `octets[0..length]`, or `NOT_A_REQUEST`: not a Sync of CSPTP, TLVs of odd length or past
 * the end, not exactly one REQUEST, or a RESPONSE (so that no server can be made to answer another).
 */
export function scanRequest(octets: Uint8Array, length: number): number {
  if (length < TLVS_AT || octets[0] !== SYNC_FIRST || octets[5] !== 0) return NOT_A_REQUEST;
  if ((octets[1]! & 0x0f) !== VERSION) return NOT_A_REQUEST;
  const end = getUint16(octets, LENGTH_AT);
  if (end > length) return NOT_A_REQUEST;
  let asked = NOT_A_REQUEST;
  let at = TLVS_AT;
  while (at + HEAD <= end) {
    const type = getUint16(octets, at);
    const size = getUint16(octets, at + 2);
    const value = at + HEAD;
    at = value + size;
    if (size % 2 === 1 || at > end || type === RESPONSE) return NOT_A_REQUEST;
    if (type !== REQUEST) continue;
    if (asked !== NOT_A_REQUEST || size === 0) return NOT_A_REQUEST;
    asked = readAsked(octets, value, size);
  }
  return at === end ? asked : NOT_A_REQUEST;
}

/** Implementations put the flags into the first or the last of the four octets; the others are reserved. */
function readAsked(octets: Uint8Array, value: number, size: number): number {
  const mask = WANT_STATUS | WANT_ALTERNATE;
  if (size >= ORG_REQUEST_OCTETS) {
    const flags = octets[value + ORG_OCTETS]! | octets[value + ORG_REQUEST_OCTETS - 1]!;
    return (flags & mask) | ASKED_IN_ORG;
  }
  return (octets[value]! | (size >= HEAD ? octets[value + 3]! : 0)) & mask;
}

export const getUint16 = (octets: Uint8Array, at: number): number => (octets[at]! << 8) | octets[at + 1]!;
