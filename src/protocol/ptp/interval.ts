import type { Ns } from '../../api/time.js';

/** logMessageInterval where it means nothing (IEEE 1588-2019 table 42). */
export const NO_INTERVAL = 0x7f;

/** Codes of the message interval request TLV (802.1AS-2020 §10.6.4.3). */
export const INTERVAL_UNCHANGED = -128;
export const INTERVAL_INITIAL = 126;
export const INTERVAL_STOP = 127;

/** log2 of seconds to ns. A peer may say anything from −128 to 127: bound it first. */
export const intervalNs = (logInterval: number): Ns => 2 ** logInterval * 1e9;

/** What a requested interval comes to, given the one in force and the one to begin with. */
export function requestedInterval(code: number, current: number, initial: number): number | 'stop' {
  if (code === INTERVAL_STOP) return 'stop';
  if (code === INTERVAL_INITIAL) return initial;
  return code === INTERVAL_UNCHANGED ? current : code;
}
