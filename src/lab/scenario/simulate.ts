import { BUILT_AT, type Mode, type SourceState, type TimeState } from '../../api/index.js';
import { createEngine } from '../../core/engine/engine.js';
import { createEstimator, type Estimator } from '../../core/estimator/index.js';
import { readLeapTable } from '../../core/leap/leap-list.js';
import { Hub, type PlannedInstance } from '../../kernel/hub.js';
import type { Catalogue } from '../../kernel/plugins/catalogue.js';
import { type Journal, NO_JOURNAL } from '../../kernel/record/event-log.js';
import { recordTo } from './record.js';
import { startRecorder, type Truth } from './recorder.js';
import type { Scenario } from './schema.js';
import { type Score, score } from './score.js';
import { firstEventNs, scheduleEvents } from './timeline.js';
import { createWorld, type Definitions, type World } from './world.js';

/** The result of one run. Same scenario, same seed: the same to the last digit, but for `cpuMs`. */
export interface SimulationResult extends Score {
  readonly seed: number;
  /** From each second on. */
  readonly modes: readonly { readonly atS: number; readonly mode: Mode }[];
  /** Those seen in the steady part. */
  readonly steadyModes: readonly Mode[];
  readonly sources: readonly SourceResult[];
  /** Two-way exchanges that were answered. */
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
  /** The file for the event log, for `timehub replay`, or what takes its records. */
  readonly record?: string | ((record: object) => void);
  /** Default: a new one. */
  readonly estimator?: Estimator;
  readonly onEvent?: (atS: number, text: string) => void;
  /** Called with the hub's state at each virtual second at which the machine is awake. */
  readonly onSecond?: (second: number, state: TimeState, truth: Truth) => void;
}

const SILENT = { debug() {}, info() {}, warn() {} };

/** Runs a scenario through the real kernel, plugins, estimator and servo in virtual time. */
export async function simulate(scenario: Scenario, options: SimulateOptions): Promise<SimulationResult> {
  const before = process.cpuUsage();
  const definitions: Definitions = new Map([
    ['source.ntp', await options.catalogue.load('source.ntp')],
    ...(scenario.ptp.length > 0 ? ([['source.ptp', await options.catalogue.load('source.ptp')]] as const) : []),
    ['sink.system-clock', await options.catalogue.load('sink.system-clock')],
  ]);
  const world = await createWorld(scenario, options.seed, definitions);
  const { host, plans } = world;
  const core = coreOptions(scenario);
  const leapTable = readLeapTable(host.leapSeconds()?.text);
  const engine = createEngine(core, options.estimator ?? createEstimator(), leapTable);
  const header = { schema: 1, version: options.version, monotonic: host.monotonic(), core, leapTable };
  const journal = journalOf(options.record, header);
  const faults: Error[] = [];
  const abort = (error: Error) => faults.push(error);
  const hub = new Hub({
    version: options.version,
    host,
    engine,
    journal,
    log: () => SILENT,
    abort,
    quietTickNs: scenario.tick,
  });
  hub.report.onEvent(({ id, text }) => options.onEvent?.(host.nowNs / 1e9, `${id} ${text}`));
  scheduleEvents(scenario, world, (name, present) => reconfigure(hub, plans, name, present));
  const recorder = startRecorder(
    host,
    hub.report.state,
    scenario.duration,
    scenario.steer.steer !== false,
    options.onSecond,
  );
  await hub.start(atStart(scenario, plans));
  await host.run(scenario.duration);
  const { state, detail } = hub.report;
  const sources = sourceResults(world, state().sources);
  const exchanges = sources.reduce((sum, { name }) => sum + repliesOf(detail(plans.get(name)!.id)?.inspect), 0);
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

const journalOf = (record: SimulateOptions['record'], header: object): Journal =>
  typeof record === 'string' ? recordTo(record, header) : { ...NO_JOURNAL, ...(record && { write: record }) };

const coreOptions = ({ hub }: Scenario) => ({
  builtAt: BUILT_AT,
  minAgreeing: hub['min-agreeing'],
  maxErrorNs: hub['max-error'],
  trackingErrorNs: hub['tracking-error'] ?? hub['max-error'] / 10,
});

/** A source whose first event of this kind is its coming was not there before. */
function atStart({ server }: Scenario, plans: World['plans']): readonly PlannedInstance[] {
  const later = server.filter(
    ({ event }) => event.find(({ configured }) => configured !== undefined)?.configured === true,
  );
  return [...plans].filter(([name]) => !later.some((one) => one.name === name)).map(([, plan]) => plan);
}

function reconfigure(hub: Hub, plans: World['plans'], name: string, present: boolean): void {
  const plan = plans.get(name)!;
  const nothing = { added: [], removed: [], changed: [], retuned: [], kept: [], hub: false };
  void hub.reload([...plans.values()], present ? { ...nothing, added: [plan.id] } : { ...nothing, removed: [plan.id] });
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

const repliesOf = (inspect: Record<string, unknown> | undefined): number =>
  typeof inspect?.replies === 'number' ? inspect.replies : 0;
