import type { ClockId, Instant } from '../api/index.js';

/**
 * The kernel converts a hardware stamp to the time of a virtual clock (`n_vclocks`) when the program reads it, by the phase and the rate
 * that the clock has then (SOF_TIMESTAMPING_BIND_PHC; ptp_convert_timestamp in drivers/ptp/ptp_vclock.c). So the stamp of a packet
 * that waited while the clock was stepped or its rate was changed is wrong: by the whole step, or by as much as the rates differ.
 */
const changedAt = new Map<ClockId, Instant>();

/** Notes that the phase or the rate of a hardware clock has changed. `time`: of that clock, after the change. */
export function noteClockChange(clock: ClockId, time: Instant): void {
  changedAt.set(clock, time);
}

/** Returns true if the stamp, by a virtual clock, is of a packet from before the last change of that clock. */
export function isConvertedLate(clock: ClockId, time: Instant): boolean {
  const at = changedAt.get(clock);
  return at !== undefined && time < at;
}
