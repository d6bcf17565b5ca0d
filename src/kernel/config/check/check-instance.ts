import * as v from 'valibot';
import { defineSink, defineSource, HubError, type PluginDefinition } from '../../../api/index.js';
import { nearest } from '../../errors/nearest.js';
import type { InstancePlan, PluginCatalogue, PluginType, Table } from '../config.js';
import { abridged, type Finding, withoutMisspelt } from '../diagnose/finding.js';
import { belongsTo, unknownKey } from '../diagnose/unknown-key.js';
import type { InstanceTable } from '../read/document.js';
import { sinkOptionsSchema, sourceOptionsSchema, toSourceOptions } from '../schema/hub-schema.js';
import { keysOf } from '../schema/schema-keys.js';
import { checkTable } from './check-table.js';

/**
 * Checks one `[source.<type>.<name>]` or `[sink.…]`: the keys of all sources or sinks, then the rest by the plugin's schema.
 */
export async function checkInstance(
  instance: InstanceTable,
  catalogue: PluginCatalogue,
): Promise<{ readonly instances: readonly InstancePlan[] } | { readonly findings: readonly Finding[] }> {
  const { kind, type, name, table } = instance;
  const path = [kind, type, name];
  const plugin = catalogue.types.get(`${kind}.${type}`);
  const definition = plugin?.isUnchecked === true ? unchecked(instance) : plugin?.definition;
  if (definition === undefined) return { findings: unavailable(instance, plugin, catalogue) };
  const schema = definition.config;
  const shared = kind === 'source' ? sourceOptionsSchema : sinkOptionsSchema;
  const sharedKeys = keysOf(shared) ?? [];
  const ownKeys = keysOf(schema) ?? Object.keys(table);
  const known = [...ownKeys, ...sharedKeys];
  const unknown = Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey(path, key, known, belongsTo(key, path, catalogue)));
  const options = await checkTable(
    path,
    part(table, (key) => sharedKeys.includes(key)),
    shared,
  );
  const own = await checkTable(
    path,
    part(table, (key) => known.includes(key) && !sharedKeys.includes(key)),
    schema,
  );
  if (unknown.length === 0 && options.findings === undefined && own.findings === undefined) {
    return { instances: plansOf(instance, options.value, own.value, definition) };
  }
  return { findings: withoutMisspelt([...unknown, ...(options.findings ?? []), ...(own.findings ?? [])]) };
}

/** Stands for a plugin whose code must not run: it accepts every key and creates no instance. */
function unchecked({ kind, type }: InstanceTable): PluginDefinition {
  const config = v.record(v.string(), v.unknown());
  const parts = {
    ...({ type, summary: '', stability: 'experimental', needs: [], config } as const),
    create: () => {
      throw new HubError('TH_PLUGIN_LOAD', `the code of the plugin ${kind}.${type} was not run`);
    },
  };
  return kind === 'source' ? defineSource(parts) : defineSink(parts);
}

type SinkOptions = v.InferOutput<typeof sinkOptionsSchema>;
type SourceTable = v.InferOutput<typeof sourceOptionsSchema>;

function plansOf(
  { kind, type, name, table: written }: InstanceTable,
  options: unknown,
  config: unknown,
  definition: PluginDefinition,
): readonly InstancePlan[] {
  const { enabled, 'on-error': onError } = options as SinkOptions;
  const id = `${type}.${name}`;
  const members = definition.instances?.(config)?.map((member, n) => ({ id: `${id}-${n + 1}`, config: member }));
  const shared = {
    ...{ kind, type, name, definition, enabled, onError, written },
    ...(kind === 'source' ? { options: toSourceOptions(options as SourceTable) } : {}),
  };
  return (members ?? [{ id, config }]).map((own) => ({ ...own, ...shared }));
}

const part = (table: Table, wanted: (key: string) => boolean): Table =>
  Object.fromEntries(Object.entries(table).filter(([key]) => wanted(key)));

/** Returns a warning for a table whose own keys are not checked. */
export function uncheckedFindings({ kind, type, name }: InstanceTable, { types }: PluginCatalogue): readonly Finding[] {
  if (types.get(`${kind}.${type}`)?.isUnchecked !== true) return [];
  const message = `the keys of [${kind}.${type}.${name}] are not checked: the code of its plugin was not run`;
  return [{ code: 'TH_CFG_UNCHECKED', severity: 'warning', path: [kind, type, name], at: 'key', message }];
}

/** Returns the finding of an unknown type, or of a plugin whose code could not be loaded. */
function unavailable(
  { kind, type, name }: InstanceTable,
  plugin: PluginType | undefined,
  { types, failures }: PluginCatalogue,
): readonly Finding[] {
  const path = [kind, type, name];
  if (plugin !== undefined) {
    const failure = plugin.failure;
    const message = failure?.message ?? `the plugin ${kind}.${type} was not loaded`;
    return [{ code: failure?.code ?? 'TH_PLUGIN_LOAD', path, at: 'key', message, hint: failure?.hint }];
  }
  // A package that could not be loaded is reported already, and may be the one with this type.
  if (failures !== undefined && failures.size > 0) return [];
  const known = [...types.keys()].filter((id) => id.startsWith(`${kind}.`)).map((id) => id.slice(kind.length + 1));
  const other = kind === 'source' ? 'sink' : 'source';
  const meant = nearest(type, known);
  const hint = types.has(`${other}.${type}`)
    ? `did you mean [${other}.${type}.${name}]?`
    : `${meant === undefined ? '' : `did you mean "${meant}"? `}known: ${abridged(known)}`;
  return [
    { code: 'TH_CFG_UNKNOWN_TYPE', path: path.slice(0, 2), at: 'key', message: `no ${kind} type "${type}"`, hint },
  ];
}
