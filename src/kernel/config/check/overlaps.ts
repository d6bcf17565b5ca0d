import type { ClockId } from '../../../api/index.js';
import type { InstancePlan } from '../config.js';
import type { Finding } from '../diagnose/finding.js';
import type { MachineInventory } from './machine.js';
import type { NamedValue } from './named-values.js';

/** Returns warnings for instances that are valid alone but together do less than the operator expects. */
export function warnAcross(
  instances: readonly InstancePlan[],
  values: readonly NamedValue[],
  machine: MachineInventory | undefined,
): readonly Finding[] {
  return [
    ...sameServers(values),
    ...ownServers(values, machine),
    ...sameClocks(
      instances.filter(({ enabled }) => enabled),
      machine,
    ),
  ];
}

/** Reports two sources with one server, which would vote twice. Several sources may share a name that has several servers. */
function sameServers(values: readonly NamedValue[]): readonly Finding[] {
  const owners = new Map<string, NamedValue>();
  return values.flatMap((value): readonly Finding[] => {
    const { instance, named, path, text } = value;
    if (instance.kind !== 'source' || named.thing !== 'server') return [];
    const spelling = named.spelling(text);
    const { definition } = instance;
    const isSpread = definition.kind === 'source' && definition.spreadsNames === true;
    if (spelling === undefined || (spelling.isName && isSpread)) return [];
    const device = values.find((other) => other.instance === instance && other.named.thing === 'device')?.text ?? '';
    const key = [instance.type, spelling.text, device].join(' ');
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, value);
    if (owner === undefined || owner.instance === instance) return [];
    const message = `"${owner.instance.id}" already asks ${text}: one server would vote twice`;
    return [
      {
        code: 'TH_CFG_SAME_SERVER',
        severity: 'warning',
        path,
        at: 'value',
        message,
        hint: 'name another server, or delete one of the two',
      },
    ];
  });
}

const LOOPBACK = /^\[(0:){7}1\]|^\[0:0:0:0:0:ffff:7f/;
const WILDCARD = /^\[(0:){7}0\]:|^\[0:0:0:0:0:ffff:0:0\]:/;

/** Reports a source that asks a sink of this hub. */
function ownServers(values: readonly NamedValue[], machine: MachineInventory | undefined): readonly Finding[] {
  const listeners = values.flatMap(({ instance, named, text }) => {
    const at = named.thing === 'own address' && instance.kind === 'sink' ? named.spelling(text)?.text : undefined;
    return at === undefined ? [] : [{ instance, at }];
  });
  return values.flatMap(({ instance, named, text, path }): readonly Finding[] => {
    if (instance.kind !== 'source' || named.thing !== 'server') return [];
    const asked = named.spelling(text);
    if (asked === undefined || asked.isName) return [];
    const port = asked.text.slice(asked.text.lastIndexOf(':'));
    const own = (machine?.addresses() ?? []).map(
      (address) => named.spelling(address.includes(':') ? `[${address}]${port}` : `${address}${port}`)?.text,
    );
    const isHere = LOOPBACK.test(asked.text) || own.includes(asked.text);
    const sink = listeners.find(
      (listener) =>
        listener.instance.type === instance.type &&
        (listener.at === asked.text || (isHere && WILDCARD.test(listener.at) && listener.at.endsWith(`]${port}`))),
    );
    if (sink === undefined) return [];
    const message = `${text} is this hub itself: "${sink.instance.id}" listens there`;
    return [
      {
        code: 'TH_CFG_SAME_SERVER',
        severity: 'warning',
        path,
        at: 'value',
        message,
        hint: 'name a server of another machine',
      },
    ];
  });
}

/** Reports two sinks that steer one clock: the second only observes it. */
function sameClocks(instances: readonly InstancePlan[], machine: MachineInventory | undefined): readonly Finding[] {
  const owners = new Map<string, InstancePlan>();
  return instances.flatMap((instance): readonly Finding[] => {
    const { kind, type, name, definition, config } = instance;
    const clock = definition.kind === 'sink' ? definition.steers?.(config) : undefined;
    if (clock === undefined) return [];
    const key = deviceOf(clock, machine);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, instance);
    if (owner === undefined) return [];
    const message = `"${owner.id}" already steers the clock ${clock.replace(/^phc:/, '')}: this sink would only observe it`;
    return [
      {
        code: 'TH_CFG_SAME_CLOCK',
        severity: 'warning',
        path: [kind, type, name, 'steer'],
        at: 'value',
        message,
        hint: 'set steer = false in one of the two',
      },
    ];
  });
}

/** Returns one name for all spellings of a hardware clock, as far as this machine knows it. */
function deviceOf(clock: ClockId, machine: MachineInventory | undefined): string {
  if (clock === 'system') return clock;
  const found = machine?.clockDevice(clock);
  return found !== undefined && 'device' in found ? found.device : clock.replace(/^phc:(\/dev\/)?/, '/dev/');
}
