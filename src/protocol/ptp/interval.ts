import type { Ns } from '../../api/time.js';

/** logMessageInterval in messages where it has no meaning (IEEE 1588-2019 table 42). */
export const NO_INTERVAL = 0x7f;

/** Codes of the message interval request TLV (802.1AS-2020 §10.6.4.3). */
export const INTERVAL_UNCHANGED = -128;
export const INTERVAL_INITIAL = 126;
export const INTERVAL_STOP = 127;

/** Converts log2 of seconds to ns. Limit a received value first: it may be −128 to 127. */
export const intervalNs = (logInterval: number): Ns => 2 ** logInterval * 1e9;

/** Limits of received intervals, log2 of seconds. */
const FASTEST = -7;
const SLOWEST = 6;

/** Limits a received interval, log2 of seconds. */
export const boundedInterval = (logInterval: number, slowest = SLOWEST): number =>
  Math.min(slowest, Math.max(FASTEST, logInterval));

/** Returns the interval that a request asks for, log2 of seconds. `current`, `initial`: the port's own, log2 of seconds. */
export function requestedInterval(code: number, current: number, initial: number): number | 'stop' {
  if (code === INTERVAL_STOP) return 'stop';
  if (code === INTERVAL_INITIAL) return initial;
  return code === INTERVAL_UNCHANGED ? current : code;
}
