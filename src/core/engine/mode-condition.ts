import type { Clock } from '../clocks/clock.js';
import { boundNs } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import { lossReason, rolesOf } from '../selection/reasons.js';
import { distanceNs } from '../selection/root-distance.js';
import type { Source, SourceTrack } from '../tracks/source.js';
import { isLoop, loopReason } from '../tracks/stratum-climb.js';
import type { ModeCondition } from './mode.js';
import { list } from './sentence.js';

export interface ModeInputs {
  readonly clocks: readonly Clock[];
  readonly sources: readonly Source[];
  /** Living tracks on which the estimate rests. */
  readonly carriers: readonly SourceTrack[];
  /** Sources that carry it, or did so last. */
  readonly carried: readonly Source[];
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
  /** What made the time unknown that was known; empty when nothing did. */
  readonly cause: string;
  readonly trackingErrorNs: number;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
}

/** What the mode depends on, from what is known of clocks and sources. */
export function modeConditionOf(circumstances: ModeInputs): ModeCondition {
  const { clocks, sources, carriers, carried, obstacle, cause, trackingErrorNs, estimate } = circumstances;
  const system = clocks.find(({ id }) => id === 'system')?.model;
  const isDetached = system === undefined && carriers.length > 0;
  const loss = isDetached
    ? detachment(carriers)
    : carriers.length > 0 || obstacle !== ''
      ? obstacle
      : lossReason(sources);
  const isFar = ({ servo, model }: Clock): boolean =>
    servo !== undefined && model !== undefined && Math.abs(model.offsetNs) > trackingErrorNs;
  return {
    known: system !== undefined,
    boundNs: system === undefined ? Number.POSITIVE_INFINITY : boundNs(system),
    ...rolesOf(carriers),
    loop: carriers.length > 0 ? '' : loopOf(carried),
    loss: cause === '' ? loss : `${cause}; ${loss}`,
    slewing: clocks.filter(isFar).map(({ id }) => `the clock ${id}`),
    least: leastOf(carriers, estimate),
  };
}

/** Says that all these counted up in a loop; empty: they did not. */
function loopOf(carried: readonly Source[]): string {
  const climbs = carried.map(({ climb }) => climb);
  if (carried.length === 0 || !climbs.every((climb) => climb !== undefined && isLoop(climb))) return '';
  return `${carried[0]!.id} ${loopReason(climbs[0]!)}`;
}

/** Says that the carriers are measured by clocks which nothing compares with the system clock. */
function detachment(carriers: readonly SourceTrack[]): string {
  const clocks = list([...new Set(carriers.map(({ clock }) => clock))]);
  const ids = list([...new Set(carriers.map(({ source }) => source.id))]);
  return `nothing compares ${clocks}, by which ${ids} is measured, with the system clock: add a [source.phc.<name>] for it`;
}

function leastOf(carriers: readonly SourceTrack[], estimate: ModeInputs['estimate']): ModeCondition['least'] {
  let least: ModeCondition['least'];
  for (const track of carriers) {
    const found = estimate(track);
    if (found === undefined) continue;
    const errorNs = distanceNs(track, found);
    if (least === undefined || errorNs < least.errorNs) least = { errorNs, id: track.source.id };
  }
  return least;
}
