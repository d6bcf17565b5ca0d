import { isLoop, loopReason } from './climb.js';
import type { Clock } from './clock/clock.js';
import { boundNs } from './clock/clock-model.js';
import type { Condition } from './mode.js';
import { lossOf, rolesOf } from './selection/account.js';
import type { Source, Track } from './source.js';

export interface Circumstances {
  readonly clocks: readonly Clock[];
  readonly sources: readonly Source[];
  /** Living tracks on which the estimate rests. */
  readonly carriers: readonly Track[];
  /** Sources that carry it, or did so last. */
  readonly carried: readonly Source[];
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
  /** What made the time unknown that was known; empty when nothing did. */
  readonly cause: string;
  readonly trackingErrorNs: number;
}

/** What the mode depends on, from what is known of clocks and sources. */
export function conditionOf(circumstances: Circumstances): Condition {
  const { clocks, sources, carriers, carried, obstacle, cause, trackingErrorNs } = circumstances;
  const system = clocks.find(({ id }) => id === 'system')?.model;
  const loss = carriers.length > 0 || obstacle !== '' ? obstacle : lossOf(sources);
  const isFar = ({ servo, model }: Clock): boolean =>
    servo !== undefined && model !== undefined && Math.abs(model.offsetNs) > trackingErrorNs;
  return {
    known: system !== undefined,
    boundNs: system === undefined ? Number.POSITIVE_INFINITY : boundNs(system),
    ...rolesOf(carriers),
    loop: carriers.length > 0 ? '' : loopOf(carried),
    loss: cause === '' ? loss : `${cause}; ${loss}`,
    slewing: clocks.filter(isFar).map(({ id }) => `the clock ${id}`),
  };
}

/** Says that all these counted up in a loop; empty: they did not. */
function loopOf(carried: readonly Source[]): string {
  const climbs = carried.map(({ climb }) => climb);
  if (carried.length === 0 || !climbs.every((climb) => climb !== undefined && isLoop(climb))) return '';
  return `${carried[0]!.id} ${loopReason(climbs[0]!)}`;
}
