import type { LocalStamp, Ns } from '../../api/time.js';
import { type Answer, answersTo, evaluate, type Verdict } from './evaluate.js';
import { HEADER_OCTETS, TRANSMIT_AT } from './header.js';
import { request } from './request.js';

/** The two ways of an exchange, and what classic NTP makes of them (RFC 5905 §8). */
export interface Measurement {
  /** Received by the server − sent by us. */
  readonly outboundNs: Ns;
  /** Received by us − sent by the server. */
  readonly inboundNs: Ns;
  /** Server − local. */
  readonly offsetNs: Ns;
  /** Round trip without the server's own time; not below its precision. */
  readonly delayNs: Ns;
}

const MAX_STEP_NS = 1e6;
const MAX_DRIFT = 1e-3;

/**
 * One request and the reply to it, without I/O: send `request`, hand every datagram to `judge`, then `measure`.
 * A reply is used once: after the first that is not refused, all others are.
 */
export class Exchange {
  readonly request: Uint8Array;
  #settled = false;

  /** `cookie`: 8 unpredictable octets. */
  constructor(cookie: Uint8Array) {
    this.request = request(cookie);
  }

  /** The octets of the request that no other client sends: its transmit timestamp. */
  get mark(): Uint8Array {
    return this.request.subarray(TRANSMIT_AT, TRANSMIT_AT + 8);
  }

  judge(datagram: Uint8Array): Verdict {
    if (this.#settled) return { kind: 'refused', reason: 'duplicate' };
    const verdict = evaluate(datagram, this.request);
    this.#settled = verdict.kind !== 'refused';
    return verdict;
  }

  /** Returns true when the datagram carries the random number of the request, which only its receiver can know. */
  isMeantBy(datagram: Uint8Array): boolean {
    return datagram.length >= HEADER_OCTETS && answersTo(datagram, this.request);
  }
}

/** `clock-set`: the local clock was set meanwhile. `contradiction`: the server claims to have taken longer than the round trip. */
export type MeasurementFault = 'clock-set' | 'contradiction';

/** Both stamps are of one clock. */
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
