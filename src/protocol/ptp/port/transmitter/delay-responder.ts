import type { Stamp } from '../../../../api/time.js';
import { NO_INTERVAL } from '../../interval.js';
import type { DelayReq } from '../../message.js';
import type { Destination, Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf } from '../envelope.js';
import type { PtpTimeOf } from './grandmaster-data.js';

/**
 * Answers one Delay_Req (IEEE 1588-2019 §9.5.12, §11.3.2) without keeping state. A unicast request gets a unicast answer
 * (hybrid mode). The answer carries the request's correctionField: the residence times of transparent clocks. Returns false
 * if there is no time to send.
 */
export function answerDelayReq(request: DelayReq, received: Stamp, from: string, by: DelayResponder): boolean {
  const receive = by.ptpTimeOf(received);
  if (receive === undefined) return false;
  const { flags, source: requesting, sequenceId, correction } = request.header;
  const to: Destination = flags.unicast ? { address: from } : 'group';
  const logInterval = flags.unicast ? NO_INTERVAL : by.logInterval;
  const header = headerOf(by.envelope, sequenceId, { correction, logInterval, flags: flagsFor(to) });
  by.out.send({ kind: 'delay-resp', header, receive, requesting, tlvs: [] }, to);
  return true;
}

export interface DelayResponder {
  readonly envelope: Envelope;
  /** logMinDelayReqInterval. */
  readonly logInterval: number;
  readonly ptpTimeOf: PtpTimeOf;
  readonly out: Outbox;
}
