import type { Timer } from 'timehub/api';

/** Time for limits and deadlines, ms. */
export interface WorkClock {
  /** Monotonic. */
  now(): number;
  after(ms: number, handler: () => void): Timer;
  /** Calls the handler after the sockets of the process have had their turn. */
  soon(handler: () => void): void;
}
