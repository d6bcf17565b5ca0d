import type * as v from 'valibot';
import { formatDuration } from '../../../api/index.js';
import type { InstancePlan } from '../config.js';
import type { Finding } from '../diagnose/finding.js';
import type { ConfigDocument } from '../read/document.js';
import type { hubSchema } from '../schema/hub-schema.js';
import { isTable } from '../toml-value.js';

/** Returns errors that concern several tables or keys. */
export function checkAcross(
  document: ConfigDocument,
  hub: v.InferOutput<typeof hubSchema> | undefined,
  instances: readonly InstancePlan[],
): readonly Finding[] {
  return [
    ...(runsFree(document) ? [] : checkSources(document)),
    ...(hub === undefined ? [] : [...checkAgreeing(document, hub['min-agreeing'], instances), ...checkErrors(hub)]),
    ...checkListeners(instances),
    ...checkMembers(instances),
  ];
}

/** Also used if another key of [hub] is invalid. */
const runsFree = ({ tree }: ConfigDocument): boolean => isTable(tree.hub) && tree.hub['free-run'] === true;

const enabledSources = (document: ConfigDocument) =>
  document.instances.filter(({ kind, table }) => kind === 'source' && table.enabled !== false);

function checkSources(document: ConfigDocument): readonly Finding[] {
  const attempted = isTable(document.tree.source) && Object.keys(document.tree.source).length > 0;
  if (enabledSources(document).length > 0) return [];
  const sources = document.instances.filter(({ kind }) => kind === 'source');
  if (attempted && sources.length === 0) return [];
  const hint =
    'add a table such as [source.ntp.a] with address = "ntp.example.org"; to run without one, set free-run = true in [hub]';
  return [
    sources.length === 0
      ? { code: 'TH_CFG_NO_SOURCE', path: [], at: 'key', message: 'there is no source of time', hint, absence: true }
      : {
          code: 'TH_CFG_NO_SOURCE',
          path: ['source'],
          at: 'key',
          message: 'every source is disabled',
          hint: 'delete one "enabled = false"',
        },
  ];
}

function checkAgreeing(
  document: ConfigDocument,
  minAgreeing: number,
  instances: readonly InstancePlan[],
): readonly Finding[] {
  const membersOf = ({ type, name }: { readonly type: string; readonly name: string }) =>
    instances.filter((each) => each.kind === 'source' && each.type === type && each.name === name).length;
  // An invalid table counts as one source.
  const count = enabledSources(document)
    .filter(({ table }) => table.noselect !== true)
    .reduce((sum, table) => sum + Math.max(1, membersOf(table)), 0);
  if (count === 0 || minAgreeing <= count) return [];
  const sources = count === 1 ? 'is 1 source that votes' : `are ${count} sources that vote`;
  return [
    {
      code: 'TH_CFG_CONFLICT',
      path: ['hub', 'min-agreeing'],
      at: 'value',
      message: `${minAgreeing} sources must agree, but there ${sources}`,
      hint: `lower it to ${count}, or add sources`,
      absence: true,
    },
  ];
}

function checkErrors(hub: v.InferOutput<typeof hubSchema>): readonly Finding[] {
  const { 'tracking-error': tracking, 'max-error': max } = hub;
  if (tracking === undefined || tracking <= max) return [];
  const message = `tracking-error (${formatDuration(tracking)}) must not be above max-error (${formatDuration(max)})`;
  return [
    {
      code: 'TH_CFG_CONFLICT',
      path: ['hub', 'tracking-error'],
      at: 'value',
      message,
      hint: 'lower it, or raise max-error',
    },
  ];
}

/** Reports a table whose id is also that of a member of a table with several instances. */
function checkMembers(instances: readonly InstancePlan[]): readonly Finding[] {
  const isMember = ({ id, type, name }: InstancePlan) => id !== `${type}.${name}`;
  const tables = new Map(instances.filter(isMember).map((member) => [member.id, member]));
  return instances
    .filter((instance) => !isMember(instance))
    .flatMap(({ id, kind, type, name }): readonly Finding[] => {
      const owner = tables.get(id);
      if (owner === undefined) return [];
      return [
        {
          code: 'TH_CFG_DUPLICATE',
          path: [kind, type, name],
          at: 'key',
          message: `[${owner.kind}.${owner.type}.${owner.name}] also has a member "${id}"`,
          hint: 'give one of them another name',
        },
      ];
    });
}

/** Reports two instances of one type that listen on one address: the second cannot bind it. */
function checkListeners(instances: readonly InstancePlan[]): readonly Finding[] {
  const owners = new Map<string, InstancePlan>();
  return instances
    .filter(({ enabled }) => enabled)
    .flatMap((instance) => listened(instance.config).map((address) => ({ instance, address })))
    .flatMap(({ instance, address }): readonly Finding[] => {
      const key = `${instance.kind}.${instance.type} ${address}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, instance);
      if (owner === undefined || owner === instance) return [];
      const path = [instance.kind, instance.type, instance.name, 'listen'];
      return [
        {
          code: 'TH_CFG_CONFLICT',
          path,
          at: 'value',
          message: `"${owner.id}" already listens on ${address}`,
          hint: 'give one of them another port',
        },
      ];
    });
}

function listened(config: unknown): readonly string[] {
  if (!isTable(config) || config.listen === undefined) return [];
  const { listen, port } = config;
  return (Array.isArray(listen) ? listen : [listen]).map(
    (address) =>
      `${typeof address === 'string' ? address : JSON.stringify(address)}${typeof port === 'number' ? ` port ${port}` : ''}`,
  );
}
