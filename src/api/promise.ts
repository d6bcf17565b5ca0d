import type { ClockState, TimeState } from './state.js';
import type { Ns } from './time.js';

/** The two bounds of a clock's error, of its state or of its status. */
type Bounds = Pick<ClockState, 'boundNs' | 'majorityBoundNs'>;

/** Returns the bound that the hub promises (`[hub] promise`), ns; Infinity where there is none. */
export const promisedBoundNs = ({ boundNs, majorityBoundNs }: Bounds, promise: TimeState['promise']): Ns =>
  promise === 'majority' ? (majorityBoundNs ?? Number.POSITIVE_INFINITY) : boundNs;

/** Returns the growth of the promised bound after the clock's reading, ns/s = ppb. */
export const promisedGrowthPpb = (clock: ClockState, promise: TimeState['promise']): number =>
  promise === 'majority' ? (clock.majorityBoundGrowthPpb ?? 0) : clock.boundGrowthPpb;
