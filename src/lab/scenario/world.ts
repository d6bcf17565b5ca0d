import type { PluginDefinition } from '../../api/index.js';
import type { InstancePlan } from '../../kernel/config/index.js';
import { toSourceOptions } from '../../kernel/config/schema/hub-schema.js';
import { createLabHost, type LabClockSetting, type LabHost } from '../host.js';
import { wire } from '../network/link.js';
import { addNtpServer, type NtpNode } from '../nodes/ntp-node.js';
import type { PtpNode } from '../nodes/ptp-node.js';
import { planInstance } from '../plan-instance.js';
import { leapListWith } from './leap-list.js';
import { phcSource } from './phc-source.js';
import { addPtp, tableOf } from './ptp-part.js';
import { type PulseLine, pulseLine } from './pulse-source.js';
import type { PhcSetting, Scenario, ServerSetting } from './schema.js';
import { startLinks } from './start-link.js';

/** Loaded plugins by id. The lab does not import plugins. */
export type Definitions = ReadonlyMap<'source.ntp' | 'source.ptp' | 'sink.system-clock', PluginDefinition>;

/** The simulated world of a scenario: a machine, its time sources, and the plans of a hub's instances. */
export interface World {
  readonly host: LabHost;
  readonly servers: ReadonlyMap<string, NtpNode>;
  readonly transmitters: ReadonlyMap<string, PtpNode>;
  readonly pulses: ReadonlyMap<string, PulseLine>;
  /** Plans of all instances that are configured at any time, by name. */
  readonly plans: ReadonlyMap<string, InstancePlan>;
}

const PLAIN = {
  ...{ prefer: false, trust: false, require: false, noselect: false, offset: 0, asymmetry: 0 },
  ...{ enabled: true, 'on-error': 'retry' as const },
} as const;

export async function createWorld(scenario: Scenario, seed: number, definitions: Definitions): Promise<World> {
  const { clock, stamps, start, leap } = scenario;
  const host = createLabHost({
    seed,
    stamps,
    clock: {
      wander: clock.wander,
      frequencyPpb: clock.frequency,
      offsetNs: clock.offset,
      ...(clock.sine === undefined
        ? {}
        : { sine: { amplitudePpb: clock.sine.amplitude, periodS: clock.sine.period / 1e9 } }),
      trace: clock.trace?.values,
    },
    phcs: Object.fromEntries(scenario.phc.map((phc) => [phc.name, settingOf(phc)])),
    ...(start === undefined ? {} : { start }),
    ...(leap?.announced ? { leapSeconds: leapListWith(leap) } : {}),
  });
  const servers = new Map(scenario.server.map((server, index) => [server.name, serverOf(host, server, index)]));
  const transmitters = new Map(scenario.ptp.map((ptp, index) => [ptp.name, addPtp(host, ptp, index)]));
  const pulses = new Map(scenario.pps.map((setting) => [setting.name, pulseLine(host, setting)]));
  const plans = await plansOf(scenario, host, pulses, definitions);
  return { host, servers, transmitters, pulses, plans };
}

const settingOf = ({ wander, frequency, offset, trace }: PhcSetting): LabClockSetting => ({
  wander,
  frequencyPpb: frequency,
  offsetNs: offset,
  trace: trace?.values,
});

async function plansOf(
  scenario: Scenario,
  host: LabHost,
  pulses: World['pulses'],
  definitions: Definitions,
): Promise<World['plans']> {
  const sink = { steer: true, ...scenario.steer };
  const plans: (readonly [string, Promise<InstancePlan>])[] = [
    ['sink', planInstance('system-clock.system', definitions.get('sink.system-clock')!, sink)],
  ];
  const add = (name: string, type: string, definition: PluginDefinition, table: object, select = {}) =>
    plans.push([name, planInstance(`${type}.${name}`, definition, table, toSourceOptions({ ...PLAIN, ...select }))]);
  for (const [index, server] of scenario.server.entries())
    add(server.name, 'ntp', definitions.get('source.ntp')!, ntpTable(server, index), server.select);
  for (const [index, ptp] of scenario.ptp.entries())
    add(ptp.name, 'ptp', definitions.get('source.ptp')!, tableOf(ptp, index));
  for (const [name, { definition }] of pulses) add(name, 'pps', definition, {});
  for (const phc of scenario.phc) add(phc.name, 'phc', phcSource(host, phc), {});
  return new Map(await Promise.all(plans.map(async ([name, plan]) => [name, await plan] as const)));
}

/** Returns an address. By default each server has its own block: servers of one block count as one voter. */
const addressOf = ({ address }: ServerSetting, index: number): string => address ?? `10.${index + 1}.0.1`;

function serverOf(host: LabHost, server: ServerSetting, index: number): NtpNode {
  const links = startLinks(host, server);
  for (const link of [links.up, links.down]) {
    link.loss = server.loss;
    link.spike = server.spike && { probability: server.spike.probability, meanNs: server.spike.mean };
  }
  const node = addNtpServer(host, {
    address: addressOf(server, index),
    offsetNs: server.offset,
    driftPpb: server.drift,
    stratum: server.stratum,
    refid: server.refid ?? (server.stratum === 1 ? 'LAB' : `10.${index + 1}.9.9`),
    rootDelayNs: server['root-delay'],
    rootDispersionNs: server['root-dispersion'],
    interleaved: server.interleaved,
    ...(server.sending && {
      sending: wire({ baseNs: server.sending.base, jitterNs: server.sending.jitter, shape: server.sending.shape }),
    }),
    ...links,
  });
  if (server.absent) node.stop();
  return node;
}

function ntpTable(server: ServerSetting, index: number): object {
  const poll = { min: server['poll-min'] ?? server.poll, max: server['poll-max'] ?? server.poll };
  return {
    address: addressOf(server, index),
    iburst: server.iburst,
    interleaved: server.interleaved,
    ...(poll.min === undefined ? {} : { 'poll-min': `${poll.min}ns` }),
    ...(poll.max === undefined ? {} : { 'poll-max': `${poll.max}ns` }),
  };
}
