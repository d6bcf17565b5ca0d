import type { Instant } from '../../api/time.js';
import { Cursor, type Field } from '../ptp/field.js';
import {
  decode,
  type FollowUp,
  findTlv,
  type RawTlv,
  type RejectReason,
  SDO_CSPTP,
  type Sync,
  type TimeFlags,
  type TimeInterval,
  type Tlv,
  type TlvOf,
} from '../ptp/index.js';
import {
  type Dialect,
  ORG_OCTETS,
  REQUEST,
  RESPONSE,
  RESPONSE_OCTETS,
  responseValue,
  STATUS_IDS,
  type Status,
  statusValue,
} from './tlv.js';

/** Reason for which octets are no response: PTP's reasons, another sdoId, or not exactly one complete RESPONSE. */
export type MalformedReason = RejectReason | 'sdo' | 'response';

interface Answering {
  readonly domain: number;
  readonly sequenceId: number;
  readonly correction: TimeInterval;
}

/** The Sync of a server. */
export interface SyncPart extends Answering {
  readonly kind: 'sync';
  readonly dialect: Dialect;
  readonly twoStep: boolean;
  readonly flags: TimeFlags;
  readonly requestIngress: Instant;
  readonly requestCorrection: TimeInterval;
  /** Time of sending; with two steps the Follow_Up has it. */
  readonly origin: Instant;
  readonly status: Status | undefined;
  readonly alternate: TlvOf<'alternate-time-offset'> | undefined;
}

export interface FollowUpPart extends Answering {
  readonly kind: 'follow-up';
  readonly origin: Instant;
}

export type Part = SyncPart | FollowUpPart | { readonly kind: 'malformed'; readonly reason: MalformedReason };

/** Reads a message of a server. Never throws. */
export function readPart(octets: Uint8Array): Part {
  const message = decode(octets);
  if (message.kind === 'rejected') return malformed(message.reason);
  if (message.header.sdoId !== SDO_CSPTP) return malformed('sdo');
  if (message.kind === 'sync') return readSync(message);
  return message.kind === 'follow-up' ? readFollowUp(message) : malformed('type');
}

/** Accepts exactly one RESPONSE and no REQUEST; its length distinguishes the dialects. */
function readSync({ header, origin, tlvs }: Sync): Part {
  const [response, ...others] = rawOf(tlvs, REQUEST, RESPONSE);
  if (response?.type !== RESPONSE || others.length > 0) return malformed('response');
  const dialect: Dialect = response.data.length >= ORG_OCTETS + RESPONSE_OCTETS ? 'org' : 'plain';
  const answer = readValue(responseValue, dialect, response);
  if (answer === undefined) return malformed('response');
  return {
    kind: 'sync',
    domain: header.domain,
    sequenceId: header.sequenceId,
    correction: header.correction,
    dialect,
    twoStep: header.flags.twoStep,
    flags: header.flags,
    requestIngress: answer.requestIngress,
    requestCorrection: answer.requestCorrection,
    origin,
    status: readValue(statusValue, dialect, rawOf(tlvs, ...STATUS_IDS)[0]),
    alternate: findTlv(tlvs, 'alternate-time-offset'),
  };
}

function readFollowUp({ header, preciseOrigin }: FollowUp): Part {
  const { domain, sequenceId, correction } = header;
  return { kind: 'follow-up', domain, sequenceId, correction, origin: preciseOrigin };
}

function readValue<T>(field: Field<T>, dialect: Dialect, tlv: RawTlv | undefined): T | undefined {
  if (tlv === undefined) return undefined;
  return field.read(new Cursor(tlv.data, Math.min(tlv.data.length, dialect === 'org' ? ORG_OCTETS : 0)));
}

const rawOf = (tlvs: readonly Tlv[], ...types: readonly number[]): readonly RawTlv[] =>
  tlvs.filter((tlv): tlv is RawTlv => tlv.kind === 'raw' && types.includes(tlv.type));

const malformed = (reason: MalformedReason): Part => ({ kind: 'malformed', reason });
