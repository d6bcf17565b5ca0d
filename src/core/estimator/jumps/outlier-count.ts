import type { Leg, Ns } from '../../../api/index.js';

/** Legs are counted by direction. */
export type ObservationDirection = Leg['direction'] | 'phase';

/** Observations in a row that could not be, the residual of the last of them, and that of the last observation of all. */
export interface OutlierCount {
  count: number;
  outlierNs: Ns;
  lastNs: Ns;
}

export function noOutliers(): Record<ObservationDirection, OutlierCount> {
  const none = (): OutlierCount => ({ count: 0, outlierNs: 0, lastNs: 0 });
  return { inbound: none(), outbound: none(), phase: none() };
}
