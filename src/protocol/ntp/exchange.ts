import type { LocalStamp, Ns } from '../../api/time.js';
import type { Authentication } from './authentication.js';
import { type Answer, answersInterleaved, answersTo, evaluate, type Verdict } from './evaluate.js';
import { HEADER_OCTETS, REFERENCE_AT, TRANSMIT_AT } from './header.js';
import { interleavedRequest, request } from './request.js';
import type { NtpTime } from './timestamp.js';
import { evaluateV5 } from './v5/evaluate.js';
import { CLIENT_COOKIE_AT, UPGRADE_TIMESTAMP } from './v5/packet.js';
import { answersCookie, type RequestV5Options, requestV5 } from './v5/request.js';

/** The two transit times of an exchange, and offset and delay (RFC 5905 §8). */
export interface Measurement {
  /** Received by the server − sent by us. */
  readonly outboundNs: Ns;
  /** Received by us − sent by the server. */
  readonly inboundNs: Ns;
  /** Server − local. */
  readonly offsetNs: Ns;
  /** Round trip without the time in the server; not below the server's precision. */
  readonly delayNs: Ns;
}

const MAX_STEP_NS = 1e6;
const MAX_DRIFT = 1e-3;

export interface ExchangeOptions {
  /** Authenticates the request; required of the reply too. Absent: neither is authenticated. */
  readonly authentication?: Authentication | undefined;
  /** Receive timestamp of the server's last reply, for a request in the interleaved mode. Absent: the basic mode. */
  readonly previous?: NtpTime | undefined;
  /** The request is of NTPv5, in the basic mode and without authentication. Absent: NTPv4. */
  readonly v5?: RequestV5Options | undefined;
  /** The request, of NTPv4, asks whether the server speaks NTPv5. */
  readonly probesV5?: boolean;
}

/**
 * One request and its reply, without I/O: send `request`, give every datagram to `judge`, then call `measure`. Only the first
 * reply is accepted; later ones are refused.
 */
export class Exchange {
  readonly request: Uint8Array;
  /** Place of `mark` in the request. */
  readonly markAt: number;
  readonly #authentication: Authentication | undefined;
  #settled = false;

  /** `cookie`: 8 unpredictable octets, 16 with `previous`. */
  constructor(cookie: Uint8Array, options: ExchangeOptions = {}) {
    const { authentication, v5 } = options;
    const plain = v5 === undefined ? requestV4(cookie, options) : requestV5(cookie, v5);
    this.request = authentication?.seal(plain) ?? plain;
    this.markAt = v5 === undefined ? TRANSMIT_AT : CLIENT_COOKIE_AT;
    this.#authentication = authentication;
  }

  /** Octets of the request that no other client sends: its transmit timestamp, or the client cookie of NTPv5. */
  get mark(): Uint8Array {
    return this.request.subarray(this.markAt, this.markAt + 8);
  }

  judge(datagram: Uint8Array): Verdict {
    if (this.#settled) return { kind: 'refused', reason: 'duplicate' };
    const verdict = this.#isV5
      ? evaluateV5(datagram, this.request)
      : evaluate(datagram, this.request, this.#authentication);
    this.#settled = verdict.kind !== 'refused';
    return verdict;
  }

  get #isV5(): boolean {
    return this.markAt === CLIENT_COOKIE_AT;
  }

  /** Returns true if the datagram repeats the cookie of the request, which only a receiver of the request knows. */
  isMeantBy(datagram: Uint8Array): boolean {
    if (datagram.length < HEADER_OCTETS) return false;
    if (this.#isV5) return answersCookie(datagram, this.request);
    return answersTo(datagram, this.request) || answersInterleaved(datagram, this.request);
  }
}

function requestV4(cookie: Uint8Array, { previous, probesV5 }: ExchangeOptions): Uint8Array {
  const packet = previous === undefined ? request(cookie) : interleavedRequest(cookie, previous);
  if (probesV5 === true) new DataView(packet.buffer).setBigUint64(REFERENCE_AT, UPGRADE_TIMESTAMP);
  return packet;
}

/**
 * `clock-set`: the local clock was set during the exchange. `contradiction`: the server's stated time exceeds the round trip.
 */
export type MeasurementFault = 'clock-set' | 'contradiction';

/** `sent` and `received` must be stamps of the same clock. */
export function measure(answer: Answer, sent: LocalStamp, received: LocalStamp): Measurement | MeasurementFault {
  const elapsedNs = Number(received.time - sent.time);
  const trueElapsedNs = Number(received.monotonic - sent.monotonic);
  if (Math.abs(elapsedNs - trueElapsedNs) > MAX_STEP_NS + MAX_DRIFT * Math.abs(trueElapsedNs)) {
    return 'clock-set';
  }
  const outboundNs = Number(answer.receive - sent.time);
  const inboundNs = Number(received.time - answer.transmit);
  const delayNs = outboundNs + inboundNs;
  if (delayNs < -MAX_STEP_NS) return 'contradiction';
  return {
    outboundNs,
    inboundNs,
    offsetNs: (outboundNs - inboundNs) / 2,
    delayNs: Math.max(delayNs, answer.precisionNs),
  };
}
