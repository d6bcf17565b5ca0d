import { HubTime, type Leap, type Stamp, type TimeState } from 'timehub/api';
import type { RefclockSample, SampleLeap } from 'timehub/protocol/refclock';

/**
 * Returns the hub's time as a sample for another program, or the reason why there is none. A hub that serves its clock as it is
 * (`free-run`) gives none: the other program would take an offset of 0 for a measurement.
 */
export function hubSample(state: TimeState, { time }: Stamp): RefclockSample | string {
  if (state.mode === 'unsynchronised') return `gives no time: ${state.reason}`;
  const hub = HubTime.of(state, 'system', 'utc');
  if (hub === undefined) return 'gives no time: the system clock is not measured yet';
  return { system: time, offsetNs: Number(hub.at(time) - time), isPulse: false, leap: leapOf(state.leap.pending) };
}

const leapOf = (pending: Leap): SampleLeap => (pending === 'unknown' ? 'none' : pending);
