import type { Clock } from '../clocks/clock.js';
import { boundNs, type ClockModel } from '../clocks/clock-model.js';
import type { TrackEstimate } from '../estimator/types.js';
import { lossReason, rolesOf } from '../selection/reasons.js';
import { distanceNs } from '../selection/root-distance.js';
import { type Source, type SourceTrack, sourceIdsOf } from '../tracks/source.js';
import { isLoop, loopReason } from '../tracks/stratum-climb.js';
import type { PromiseBasis } from './input.js';
import type { ModeCondition } from './mode.js';
import { list } from './sentence.js';

export interface ModeInputs {
  readonly clocks: readonly Clock[];
  /** The system clock's model whose bound is the one that the hub promises. */
  readonly promised: ClockModel | undefined;
  readonly promise: PromiseBasis;
  readonly sources: readonly Source[];
  /** Reachable tracks on which the estimate rests. */
  readonly carriers: readonly SourceTrack[];
  /** Sources of the carriers, or of the last ones. */
  readonly lastCarriers: readonly Source[];
  /** Why there is no majority; empty when there is one or nothing to judge. */
  readonly obstacle: string;
  /** The event that made the time unknown; empty when there was none. */
  readonly cause: string;
  readonly trackingErrorNs: number;
  readonly estimate: (track: SourceTrack) => TrackEstimate | undefined;
}

/** Returns what the mode depends on. */
export function modeConditionOf(inputs: ModeInputs): ModeCondition {
  const { clocks, sources, carriers, lastCarriers, obstacle, cause, trackingErrorNs, estimate } = inputs;
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
    boundNs: inputs.promised === undefined ? Number.POSITIVE_INFINITY : boundNs(inputs.promised),
    premise: inputs.promise === 'majority' ? ' if a minority of the voters is wrong' : '',
    ...rolesOf(carriers),
    loop: carriers.length > 0 ? '' : loopOf(lastCarriers),
    loss: cause === '' ? loss : `${cause}; ${loss}`,
    slewing: clocks.filter(isFar).map(({ id }) => `the clock ${id}`),
    least: leastError(carriers, estimate),
  };
}

/** Returns the reason if all these sources were in a loop; empty otherwise. */
function loopOf(sources: readonly Source[]): string {
  const climbs = sources.map(({ climb }) => climb);
  if (sources.length === 0 || !climbs.every((climb) => climb !== undefined && isLoop(climb))) return '';
  return `${sources[0]!.id}: ${loopReason(climbs[0]!)}`;
}

/** Returns the reason for carriers whose clocks nothing compares with the system clock. */
function detachment(carriers: readonly SourceTrack[]): string {
  const clocks = list([...new Set(carriers.map(({ clock }) => clock))]);
  const ids = list(sourceIdsOf(carriers));
  return `nothing compares ${clocks}, by which ${ids} is measured, with the system clock: add a [source.phc.<name>] for it`;
}

function leastError(carriers: readonly SourceTrack[], estimate: ModeInputs['estimate']): ModeCondition['least'] {
  let least: ModeCondition['least'];
  for (const track of carriers) {
    const found = estimate(track);
    if (found === undefined) continue;
    const errorNs = distanceNs(track, found);
    if (least === undefined || errorNs < least.errorNs) least = { errorNs, id: track.source.id };
  }
  return least;
}
