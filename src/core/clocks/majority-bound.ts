import type { ClockId, Ns } from '../../api/index.js';
import { farthestNs, majorityHull } from '../selection/majority-hull.js';
import type { Vouchers } from '../selection/vouched-intervals.js';
import type { Clock } from './clock.js';
import { BOUND_SIGMAS, type ClockModel, modelOf } from './clock-model.js';

/**
 * Returns the model of each clock whose bound is the majority bound: the error is below it whichever minority of the
 * independent voters is wrong. It is the distance from the estimate to the farthest end of the majority's hull, and infinite
 * where no point is held by a majority. It is made of the present intervals only: no earlier, tighter hull is kept.
 *
 * The hull is one of errors of the clocks by which the voters are measured. The estimate of another clock is at most six
 * sigmas of both farther off.
 */
export function majorityModels(
  clocks: ReadonlyMap<ClockId, Clock>,
  vouchers: Vouchers,
): ReadonlyMap<ClockId, ClockModel> {
  const hull = majorityHull(vouchers.intervals);
  const farNs = hull === undefined ? Number.POSITIVE_INFINITY : farthestNs(hull);
  const models = new Map<ClockId, ClockModel>();
  for (const { id, model } of clocks.values()) {
    if (model === undefined) continue;
    const randomNs = BOUND_SIGMAS * model.sigmaNs;
    const otherNs = clocks.size === 1 ? undefined : greatestSigmaNs(clocks, vouchers, id);
    const comparisonNs = otherNs === undefined ? 0 : randomNs + BOUND_SIGMAS * otherNs;
    const distanceNs = Math.max(farNs + comparisonNs - randomNs, 0);
    models.set(id, modelOf(model, model.at, distanceNs, vouchers.growth));
  }
  return models;
}

/** Returns the greatest sigma of the other clocks by which voters are measured; undefined without one. */
function greatestSigmaNs(clocks: ReadonlyMap<ClockId, Clock>, { tracks }: Vouchers, id: ClockId): Ns | undefined {
  let greatestNs: Ns | undefined;
  for (const { clock } of tracks) {
    const other = clock === id ? undefined : clocks.get(clock);
    if (other !== undefined) greatestNs = Math.max(greatestNs ?? 0, other.model?.sigmaNs ?? Number.POSITIVE_INFINITY);
  }
  return greatestNs;
}
