import {
  encode,
  NO_FLAGS,
  NO_INTERVAL,
  NO_PORT,
  type PortIdentity,
  SDO_CSPTP,
  type Sync,
  type Tlv,
} from '../ptp/index.js';
import { type Dialect, ORG_REQUEST_OCTETS, PLAIN_REQUEST_OCTETS, REQUEST, WANT_ALTERNATE, WANT_STATUS } from './tlv.js';

/** Offset of `sequenceId` in a request. */
export { SEQUENCE_AT } from '../ptp/header.js';

/** The content of a request. */
export interface Question {
  /** Must be unpredictable: with the domain it is all that distinguishes an answer from a forgery. */
  readonly sequenceId: number;
  /** 128 to 239 for most servers; 0 for some. */
  readonly domain: number;
  readonly dialect: Dialect;
  readonly wantStatus: boolean;
  readonly wantAlternate: boolean;
  /** Octets of the request, with padding so that the reply is not longer (`REQUEST_OCTETS`). */
  readonly length: number;
  /** Default: none. */
  readonly source?: PortIdentity;
}

/** Octets of a request for which a reply of either dialect, with a status and an IPv6 parent address, is not too long. */
export const REQUEST_OCTETS = 128;

const TLV_HEAD = 4;
const SYNC_OCTETS = 44;
/** Octets of the shortest padding: statime rejects a last TLV without a value. */
const MIN_PAD = TLV_HEAD + 2;

/** Returns a CSPTP request: a unicast Sync with the REQUEST TLV, and PAD up to `length` if at least six octets are left. */
export function request(question: Question): Uint8Array {
  const flags = (question.wantStatus ? WANT_STATUS : 0) | (question.wantAlternate ? WANT_ALTERNATE : 0);
  const data = new Uint8Array(question.dialect === 'org' ? ORG_REQUEST_OCTETS : PLAIN_REQUEST_OCTETS);
  data[question.dialect === 'org' ? data.length - 1 : 0] = flags;
  const tlvs: Tlv[] = [{ kind: 'raw', type: REQUEST, data }];
  const padding = question.length - SYNC_OCTETS - TLV_HEAD - data.length;
  if (padding >= MIN_PAD) tlvs.push({ kind: 'pad', octets: (padding - TLV_HEAD) & ~1 });
  const message: Sync = {
    kind: 'sync',
    header: {
      sdoId: SDO_CSPTP,
      minorVersion: 1,
      domain: question.domain,
      flags: { ...NO_FLAGS, unicast: true },
      correction: 0n,
      typeSpecific: 0,
      source: question.source ?? NO_PORT,
      sequenceId: question.sequenceId,
      logInterval: NO_INTERVAL,
    },
    origin: 0n,
    tlvs,
  };
  const octets = new Uint8Array(Math.max(question.length, SYNC_OCTETS + TLV_HEAD + data.length));
  return octets.subarray(0, encode(message, octets));
}
