import type { Leg, Ns } from '../../../api/index.js';

/** Legs are counted by direction. */
export type StrayWay = Leg['direction'] | 'phase';

/** Observations in a row that could not be, the residual of the last of them, and that of the last observation of all. */
export interface Strays {
  count: number;
  strayNs: Ns;
  lastNs: Ns;
}

export function noStrays(): Record<StrayWay, Strays> {
  const none = (): Strays => ({ count: 0, strayNs: 0, lastNs: 0 });
  return { inbound: none(), outbound: none(), phase: none() };
}
