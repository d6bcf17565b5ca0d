import type { Leg, Ns, TimeState } from '../../src/api/index.js';
import { createEstimator, type Estimator, type EstimatorOptions } from '../../src/core/estimator/index.js';
import { simulate } from '../../src/lab/scenario/index.js';
import { catalogue, parseScenario } from '../lab.js';

/** A moment of a run, and the truth at it. */
export interface Moment {
  readonly atS: number;
  /** Reference − clock. */
  readonly truthNs: Ns;
}

/** The hub's state at a moment: the system clock and the sources. */
export interface Frame extends Moment {
  /** `offsetNs` is carried forward to the moment. */
  readonly clock: TimeState['clocks'][number];
  readonly sources: TimeState['sources'];
}

/** An NTP exchange: its transit times. */
export interface Exchange extends Moment {
  readonly outNs: Ns;
  readonly inNs: Ns;
}

/** A run, as a plot sees it: frames at each tick, and what happened in between. */
export interface Run<Inside> {
  readonly frames: readonly (Frame & Inside)[];
  readonly exchanges: readonly Exchange[];
  /** Texts of the event log begin with the id of the source. */
  readonly events: readonly { readonly atS: number; readonly text: string }[];
}

interface WatchOptions<Inside> {
  readonly seed?: number;
  readonly estimator?: EstimatorOptions;
  /** Reads the estimator at each frame. */
  readonly look?: (estimator: Estimator) => Inside;
}

/** Runs a scenario in the lab and watches the truth, the hub and, with `look`, the estimator. */
export async function watch<Inside extends object = object>(
  toml: string,
  { seed = 1, estimator: options = {}, look = () => ({}) as Inside }: WatchOptions<Inside> = {},
): Promise<Run<Inside>> {
  const scenario = await parseScenario(toml, 'plot.toml');
  const estimator = createEstimator(options);
  const frames: (Frame & Inside)[] = [];
  const exchanges: Exchange[] = [];
  const events: { atS: number; text: string }[] = [];
  let moment: Moment = { atS: 0, truthNs: Number.NaN };
  await simulate(scenario, {
    ...{ seed, catalogue, version: 'plots', estimator },
    onEvent: (atS, text) => events.push({ atS, text }),
    onSecond(atS, { clocks, sources }, { errorNs, surpriseNs }) {
      moment = { atS, truthNs: errorNs };
      if (atS % (scenario.tick / 1e9) > 0) return;
      const clock = { ...clocks[0]!, offsetNs: errorNs - surpriseNs };
      frames.push({ ...moment, clock, sources, ...look(estimator) });
    },
    record: (record) => exchanges.push(...exchangesOf(record, moment)),
  });
  return { frames, exchanges, events };
}

function exchangesOf(record: { readonly observations?: readonly object[] }, moment: Moment): readonly Exchange[] {
  const legs = (record.observations ?? []) as readonly Partial<Leg>[];
  const transit = (direction: Leg['direction']): Ns | undefined =>
    legs.find((leg) => leg.kind === 'leg' && leg.direction === direction)?.transitNs;
  const [outNs, inNs] = [transit('outbound'), transit('inbound')];
  return outNs === undefined || inNs === undefined ? [] : [{ ...moment, outNs, inNs }];
}

/** The frames in which the hub has an estimate. */
export const known = <F extends Frame>(frames: readonly F[]): readonly F[] =>
  frames.filter(({ clock }) => Number.isFinite(clock.sigmaNs));

/** Error of the hub's estimate. */
export const errorNs = ({ clock, truthNs }: Frame): Ns => clock.offsetNs - truthNs;
