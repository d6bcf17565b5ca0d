import type { Instant } from '../../../api/time.js';
import { INTERVAL_UNCHANGED, requestedInterval } from '../interval.js';
import type { TlvOf } from '../tlv/index.js';
import type { IntervalTimer } from './interval-timer.js';

/** What a neighbour may ask of us, log2 of seconds. */
const FASTEST = -7;
const SLOWEST = 6;

/** What a neighbour asks for (802.1AS-2020 §10.6.4.3). */
export type IntervalRequest = TlvOf<'message-interval-request'>;

/** Other intervals, or none, as the codes of the request have it; `initial`: log2 of seconds. The pace starts no sooner. */
export function applyIntervalRequest(pace: IntervalTimer, code: number, initial: number, now: Instant): void {
  if (code === INTERVAL_UNCHANGED) return;
  const interval = requestedInterval(code, pace.logInterval, initial);
  if (interval === 'stop') {
    pace.halt();
    return;
  }
  pace.resume();
  pace.change(boundedInterval(interval), now);
}

export const boundedInterval = (logInterval: number): number => Math.min(SLOWEST, Math.max(FASTEST, logInterval));
