import type { ClockId, Ns } from '../../api/index.js';
import { farthestNs, majorityHull } from '../selection/majority-hull.js';
import type { Vouchers } from '../selection/vouched-intervals.js';
import type { Clock } from './clock.js';
import { BOUND_SIGMAS, type ClockModel } from './clock-model.js';

/**
 * Returns the model of each clock whose bound is the majority bound: the error is below it whichever minority of the
 * independent voters is wrong. It is the distance from the estimate to the farthest end of the majority's hull, and infinite
 * where no point is held by a majority. It is made of the present intervals only: no earlier, tighter hull is kept.
 *
 * The hull is one of errors of the clocks by which the voters are measured. The estimate of another clock is at most six
 * sigmas of both farther off.
 */
export function majorityModels(clocks: Iterable<Clock>, vouchers: Vouchers): ReadonlyMap<ClockId, ClockModel> {
  const all = [...clocks];
  const hull = majorityHull(vouchers.intervals);
  const farNs = hull === undefined ? Number.POSITIVE_INFINITY : farthestNs(hull);
  const measured = new Set(vouchers.tracks.map(({ clock }) => clock));
  const models = new Map<ClockId, ClockModel>();
  for (const { id, model } of all) {
    if (model === undefined) continue;
    const randomNs = BOUND_SIGMAS * model.sigmaNs;
    const others = all
      .filter((other) => other.id !== id && measured.has(other.id))
      .map(({ model: other }) => sigmaOf(other));
    const comparisonNs = others.length === 0 ? 0 : randomNs + BOUND_SIGMAS * Math.max(...others);
    const distanceNs = Math.max(farNs + comparisonNs - randomNs, 0);
    models.set(id, { ...model, distanceNs, driftPpb: vouchers.driftPpb, floorNs: 0 });
  }
  return models;
}

const sigmaOf = (model: ClockModel | undefined): Ns => model?.sigmaNs ?? Number.POSITIVE_INFINITY;
