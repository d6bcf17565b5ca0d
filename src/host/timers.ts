import type { Ns, Timer } from '../api/index.js';

/** Longest delay of setTimeout(), which counts milliseconds in 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `handler` after at least `delayNs`. */
export function after(delayNs: Ns, handler: () => void): Timer {
  const timer = setTimeout(handler, Math.min(Math.ceil(delayNs / 1e6), LONGEST_TIMER_MS));
  return { cancel: () => clearTimeout(timer) };
}
