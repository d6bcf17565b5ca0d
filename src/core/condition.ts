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
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
  /** What made the time unknown that was known; empty when nothing did. */
  readonly cause: string;
  readonly trackingErrorNs: number;
}

/** What the mode depends on, from what is known of clocks and sources. */
export function conditionOf({ clocks, sources, carriers, obstacle, cause, trackingErrorNs }: Circumstances): Condition {
  const system = clocks.find(({ id }) => id === 'system')?.model;
  const loss = carriers.length > 0 || obstacle !== '' ? obstacle : lossOf(sources);
  const isFar = ({ servo, model }: Clock): boolean =>
    servo !== undefined && model !== undefined && Math.abs(model.offsetNs) > trackingErrorNs;
  return {
    known: system !== undefined,
    boundNs: system === undefined ? Number.POSITIVE_INFINITY : boundNs(system),
    ...rolesOf(carriers),
    loss: cause === '' ? loss : `${cause}; ${loss}`,
    slewing: clocks.filter(isFar).map(({ id }) => `the clock ${id}`),
  };
}
