import type { Instant, Ns } from '../../api/index.js';
import {
  DEFAULT_VERSIONS,
  HEADER_OCTETS,
  MODE_SERVER,
  type ReplyContext,
  refidOfAddress,
  refidOfText,
  respond,
  toNtpTime,
  writeHeader,
} from '../../protocol/ntp/index.js';

/** The claims of a simulated server. */
export interface ServerIdentity {
  readonly stratum: number;
  /** Up to four letters at stratum 1, else an address. */
  readonly refid: string;
  readonly rootDelayNs: Ns;
  readonly rootDispersionNs: Ns;
}

/**
 * Returns the reply of the hub's own NTP server code to a request, or undefined if it does not reply. `interleaved`: for a server
 * that has the interleaved mode.
 */
export function reply(
  request: Uint8Array,
  identity: ServerIdentity,
  receive: Instant,
  transmit: Instant,
  interleaved: Pick<ReplyContext, 'sentReplies' | 'client'> = {},
): Uint8Array | undefined {
  const out = new Uint8Array(request.length);
  const context = { ...contextOf(identity, receive, transmit), ...interleaved };
  const length = respond(request, request.length, context, out);
  return typeof length === 'string' ? undefined : out.subarray(0, length);
}

function contextOf(identity: ServerIdentity, receive: Instant, transmit: Instant): ReplyContext {
  const header = new Uint8Array(HEADER_OCTETS);
  const received = toNtpTime(receive);
  const sent = toNtpTime(transmit);
  writeHeader(
    {
      leap: 'none',
      version: 4,
      mode: MODE_SERVER,
      stratum: identity.stratum,
      pollLog2: 0,
      precisionLog2: -25,
      rootDelayNs: identity.rootDelayNs,
      rootDispersionNs: identity.rootDispersionNs,
      refid: refidOfAddress(identity.refid) ?? refidOfText(identity.refid),
      reference: toNtpTime(receive - 1_000_000_000n),
      origin: 0n,
      receive: received,
      transmit: sent,
    },
    header,
  );
  return {
    header,
    versions: DEFAULT_VERSIONS,
    admission: 'serve',
    clientPort: 0,
    receiveSeconds: Number(received >> 32n),
    receiveFraction: Number(received & 0xffff_ffffn),
    transmitSeconds: Number(sent >> 32n),
    transmitFraction: Number(sent & 0xffff_ffffn),
  };
}
