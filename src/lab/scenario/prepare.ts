import { BUILT_AT } from '../../api/index.js';
import { assembleHub } from '../../kernel/assembly/assemble.js';
import type { Registry } from '../../kernel/assembly/registry.js';
import { QUIET_TICK } from '../../kernel/assembly/tokens.js';
import type { InstancePlan } from '../../kernel/config/index.js';
import type { Hub } from '../../kernel/hub.js';
import type { Catalogue } from '../../kernel/plugins/catalogue.js';
import type { Scenario } from './schema.js';
import { scheduleEvents } from './timeline.js';
import { createWorld, type Definitions, type World } from './world.js';

export interface ScenarioRun {
  readonly world: World;
  readonly hub: Hub;
  /** Starts the hub. Then `world.host.run` lets virtual time pass. */
  start(): Promise<void>;
}

/** Makes the world of a scenario with its events, and a hub in it. `replace` as of `assembleHub`. */
export async function prepareScenario(
  scenario: Scenario,
  { seed, catalogue }: { readonly seed: number; readonly catalogue: Catalogue },
  replace: (parts: Registry) => unknown = () => {},
): Promise<ScenarioRun> {
  const definitions: Definitions = new Map([
    ['source.ntp', await catalogue.load('source.ntp')],
    ...(scenario.ptp.length > 0 ? ([['source.ptp', await catalogue.load('source.ptp')]] as const) : []),
    ['sink.system-clock', await catalogue.load('sink.system-clock')],
  ]);
  const world = await createWorld(scenario, seed, definitions);
  const { host, plans } = world;
  const hub = assembleHub(host, coreOptions(scenario), (parts) => {
    if (scenario.tick !== undefined) parts.value(QUIET_TICK, scenario.tick);
    replace(parts);
  });
  scheduleEvents(scenario, world, (name, present) => reconfigure(hub, plans, name, present));
  return { world, hub, start: () => hub.start(atStart(scenario, plans)) };
}

const coreOptions = ({ hub }: Scenario) => ({
  builtAt: BUILT_AT,
  minAgreeing: hub['min-agreeing'],
  maxErrorNs: hub['max-error'],
  trackingErrorNs: hub['tracking-error'] ?? hub['max-error'] / 10,
  frequencyTolerancePpb: hub['frequency-tolerance'],
  promise: hub.promise,
});

/** A source whose first `configured` event is true is not there at the start. */
function atStart({ server }: Scenario, plans: World['plans']): readonly InstancePlan[] {
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
