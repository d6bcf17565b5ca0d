import { type Instant, type Ns, promisedBoundNs, promisedGrowthPpb, type Stamp, type TimeState } from 'timehub/api';
import type { BoundStatus, ClockErrorBound } from 'timehub/protocol/clockbound';

/** CLOCK_MONOTONIC_COARSE, by which clients count, is behind CLOCK_MONOTONIC by at most one tick (HZ ≥ 100), ns. */
const TICK_NS = 10_000_000n;
/** Time for which clients may use a bound that is not renewed, ns. As long as ClockBound's own daemon allows. */
const VALID_NS = 1000_000_000_000n;

/** The present moment on three clocks. */
export interface BoundMoment {
  /** CLOCK_REALTIME with CLOCK_MONOTONIC_RAW. */
  readonly system: Stamp;
  /** CLOCK_MONOTONIC. */
  readonly uptime: Instant;
}

/**
 * Returns the bound that clients extrapolate. They read CLOCK_REALTIME as it is, so the bound contains the clock's known offset
 * beside the error of the estimate, and the drift the rate at which that offset changes. `driftPpb`: see `max-drift`.
 */
export function boundOf(state: TimeState, { system, uptime }: BoundMoment, driftPpb: number): ClockErrorBound {
  const clock = state.clocks.find(({ id }) => id === 'system');
  const asOf = uptime - TICK_NS;
  const place = { asOf, voidAfter: asOf + VALID_NS };
  if (clock === undefined || !Number.isFinite(clock.offsetNs) || !Number.isFinite(clock.slopePpb))
    return { ...place, boundNs: Number.POSITIVE_INFINITY, maxDriftPpb: driftPpb, status: 'unknown' };
  const elapsedS = Math.max(0, Number(system.monotonic - clock.monotonic) / 1e9);
  const growthPpb = promisedGrowthPpb(clock, state.promise);
  const offsetNs = Math.abs(clock.offsetNs + clock.slopePpb * elapsedS);
  const boundNs = offsetNs + promisedBoundNs(clock, state.promise) + growthPpb * elapsedS;
  return {
    ...place,
    boundNs,
    maxDriftPpb: Math.abs(clock.slopePpb) + growthPpb + driftPpb,
    status: statusOf(state, clock.steered, boundNs),
  };
}

function statusOf({ mode }: TimeState, steered: boolean, boundNs: Ns): BoundStatus {
  if (mode === 'unsynchronised' || !Number.isFinite(boundNs)) return 'unknown';
  return steered && mode !== 'holdover' ? 'synchronised' : 'free running';
}
