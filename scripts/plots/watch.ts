import type { Leg, Ns, Observation, TimeState } from '../../src/api/index.js';
import { createEstimator, type Estimator, type EstimatorOptions } from '../../src/core/estimator/index.js';
import { ENGINE, ESTIMATOR, EVENT_LOG, HOST } from '../../src/kernel/assembly/tokens.js';
import { NO_EVENT_LOG } from '../../src/kernel/event-log/event-log.js';
import type { LabHost } from '../../src/lab/host.js';
import { prepareScenario } from '../../src/lab/scenario/prepare.js';
import { catalogue, parseScenario } from '../lab.js';

/** A moment of a run with the true offset. */
export interface Moment {
  readonly atS: number;
  /** True offset: reference − clock, ns. */
  readonly truthNs: Ns;
}

/** The hub's state at a moment: the system clock and the sources. */
export interface Frame extends Moment {
  readonly clock: TimeState['clocks'][number];
  readonly sources: TimeState['sources'];
}

/** An NTP exchange: its transit times. */
export interface Exchange extends Moment {
  readonly outNs: Ns;
  readonly inNs: Ns;
}

/** The data of a run for a plot: a frame at each tick, and the exchanges and events. */
export interface Run<Inside> {
  readonly frames: readonly (Frame & Inside)[];
  readonly exchanges: readonly Exchange[];
  /** Texts of the event log begin with the id of the source. */
  readonly events: readonly { readonly atS: number; readonly text: string }[];
}

/** A record of the event log. */
interface LogRecord {
  readonly type?: string;
  readonly id?: string;
  readonly text?: string;
  readonly observations?: readonly Observation[];
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
  const { world, hub, start } = await prepareScenario(scenario, { seed, catalogue }, (parts) => {
    const host = parts.resolve(HOST) as LabHost;
    const write = (record: LogRecord): void => {
      const moment = { atS: host.nowNs / 1e9, truthNs: host.errorNs('system') };
      if (record.type === 'tick') {
        const { clocks, sources } = parts.resolve(ENGINE).state([host.clocks[0].read()]);
        frames.push({ ...moment, clock: clocks[0]!, sources, ...look(estimator) });
      }
      if (record.type === 'event') events.push({ atS: moment.atS, text: `${record.id} ${record.text}` });
      if (record.type === 'report') exchanges.push(...exchangesOf(record, moment));
    };
    parts.value(ESTIMATOR, estimator).value(EVENT_LOG, { ...NO_EVENT_LOG, write });
  });
  await start();
  await world.host.run(scenario.duration);
  await hub.stop();
  return { frames, exchanges, events };
}

function exchangesOf({ observations = [] }: LogRecord, moment: Moment): readonly Exchange[] {
  const transit = (direction: Leg['direction']): Ns | undefined =>
    observations.find((one): one is Leg => one.kind === 'leg' && one.direction === direction)?.transitNs;
  const [outNs, inNs] = [transit('outbound'), transit('inbound')];
  return outNs === undefined || inNs === undefined ? [] : [{ ...moment, outNs, inNs }];
}

/** Returns the frames in which the hub has an estimate. */
export const known = <F extends Frame>(frames: readonly F[]): readonly F[] =>
  frames.filter(({ clock }) => Number.isFinite(clock.sigmaNs));

/** Returns the error of the hub's estimate, ns. */
export const errorNs = ({ clock, truthNs }: Frame): Ns => clock.offsetNs - truthNs;
