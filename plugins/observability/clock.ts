import type { Timer } from 'timehub/api';

/** Clock and timers for limits and deadlines, ms. */
export interface WorkClock {
  /** Monotonic time, ms. */
  now(): number;
  after(ms: number, handler: () => void): Timer;
  /** Calls the handler after the sockets of the process have been served. */
  soon(handler: () => void): void;
}
