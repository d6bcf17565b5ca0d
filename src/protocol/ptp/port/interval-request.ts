import type { Instant } from '../../../api/time.js';
import { boundedInterval, INTERVAL_UNCHANGED, requestedInterval } from '../interval.js';
import type { TlvOf } from '../tlv/index.js';
import type { IntervalTimer } from './interval-timer.js';

/** A neighbour's request for message intervals (802.1AS-2020 §10.6.4.3). */
export type IntervalRequest = TlvOf<'message-interval-request'>;

/** Changes or halts a timer by the code of a request. `initial`: log2 of seconds. Does not start a stopped timer. */
export function applyIntervalRequest(timer: IntervalTimer, code: number, initial: number, now: Instant): void {
  if (code === INTERVAL_UNCHANGED) return;
  const interval = requestedInterval(code, timer.logInterval, initial);
  if (interval === 'stop') {
    timer.halt();
    return;
  }
  timer.resume();
  timer.change(boundedInterval(interval), now);
}
