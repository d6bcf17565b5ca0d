import type { Mode, SourceState } from '../../api/index.js';
import { logHeader } from '../../kernel/assembly/assemble.js';
import { ABORT, EVENT_LOG, HUB_VERSION } from '../../kernel/assembly/tokens.js';
import type { Catalogue } from '../../kernel/plugins/catalogue.js';
import { type OnSecond, startRecorder } from './error-record.js';
import { recordTo } from './event-log-file.js';
import { prepareScenario } from './prepare.js';
import type { Scenario } from './schema.js';
import { type Score, score } from './score.js';
import { firstEventNs } from './timeline.js';
import type { World } from './world.js';

/** The result of one run. The same scenario and seed give the same result to the last digit, except `cpuMs`. */
export interface SimulationResult extends Score {
  readonly seed: number;
  /** The mode from each of these seconds on. */
  readonly modes: readonly { readonly atS: number; readonly mode: Mode }[];
  /** Modes in the steady part. */
  readonly steadyModes: readonly Mode[];
  readonly sources: readonly SourceResult[];
  /** Number of answered two-way exchanges. */
  readonly exchanges: number;
  readonly pulses: number;
  readonly cpuMs: number;
}

export interface SourceResult {
  readonly name: string;
  readonly state: SourceState;
  readonly weight: number;
  readonly reason: string;
}

export interface SimulateOptions {
  readonly seed: number;
  readonly catalogue: Catalogue;
  readonly version: string;
  /** Path of an event log to be written, for `timehub replay`. */
  readonly record?: string;
  readonly onEvent?: (atS: number, text: string) => void;
  /** Called with the hub's state at each virtual second while the machine is awake. */
  readonly onSecond?: OnSecond;
}

/** Runs a scenario through the real kernel, plugins, estimator and servo in virtual time. */
export async function simulate(scenario: Scenario, options: SimulateOptions): Promise<SimulationResult> {
  const before = process.cpuUsage();
  const faults: Error[] = [];
  const { record } = options;
  const { world, hub, start } = await prepareScenario(scenario, options, (parts) => {
    parts.value(HUB_VERSION, options.version).value(ABORT, (error) => faults.push(error));
    if (record !== undefined) parts.factory(EVENT_LOG, () => recordTo(record, logHeader(parts)));
  });
  const { host, plans } = world;
  hub.report.onEvent(({ id, text }) => options.onEvent?.(host.nowNs / 1e9, `${id} ${text}`));
  const recorder = startRecorder(
    host,
    hub.report.state,
    scenario.duration,
    scenario.steer.steer !== false,
    options.onSecond,
  );
  await start();
  await host.run(scenario.duration);
  const { state, detail } = hub.report;
  const sources = sourceResults(world, state().sources);
  const exchanges = sources.reduce((sum, { name }) => sum + (detail(plans.get(name)!.id)?.exchanges?.replies ?? 0), 0);
  await hub.stop();
  if (faults[0] !== undefined) throw faults[0];
  const { user, system } = process.cpuUsage(before);
  return {
    seed: options.seed,
    ...score(recorder.record, scoring(scenario, world)),
    modes: recorder.record.modes,
    steadyModes: modesFrom(recorder.record.modes, scenario['steady-from'] / 1e9),
    sources,
    exchanges,
    pulses: [...world.pulses.values()].reduce((sum, { seen }) => sum + seen, 0),
    cpuMs: (user + system) / 1e3,
  };
}

const scoring = (scenario: Scenario, { host }: World) => ({
  steadyFromNs: scenario['steady-from'],
  eventNs: firstEventNs(scenario, host.startTime),
  recoveryNs: scenario.score.recovery,
  within: Object.keys(scenario.limits?.within ?? {}),
  probesNs: scenario.score.probe,
});

function sourceResults(
  { plans }: World,
  reports: readonly { id: string; state: SourceState; weight: number; reason: string }[],
): readonly SourceResult[] {
  const nameOfId = new Map([...plans].map(([name, { id }]) => [id, name]));
  return reports.map(({ id, state, weight, reason }) => ({ name: nameOfId.get(id)!, state, weight, reason }));
}

function modesFrom(modes: SimulationResult['modes'], fromS: number): readonly Mode[] {
  const first = modes.findLast(({ atS }) => atS <= fromS) ?? modes[0];
  return [...new Set(modes.filter(({ atS }) => atS >= (first?.atS ?? 0)).map(({ mode }) => mode))];
}
