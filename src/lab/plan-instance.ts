import { HubError, type PluginDefinition } from '../api/index.js';
import type { SourceOptions } from '../core/engine/input.js';
import { PLAIN_OPTIONS } from '../core/tracks/source.js';
import type { InstancePlan } from '../kernel/config/index.js';

/** Returns a plan that no configuration file made. */
export const planOf = (
  id: string,
  definition: PluginDefinition,
  config: unknown,
  options: SourceOptions = PLAIN_OPTIONS,
): InstancePlan => {
  const { kind, type } = definition;
  const name = id.slice(id.indexOf('.') + 1);
  const shared = { id, kind, type, name, definition, config, enabled: true, onError: 'retry', written: {} } as const;
  return kind === 'source' ? { ...shared, options } : shared;
};

/** Plans an instance from its table of a configuration. Throws `TH_CFG_VALUE` if the plugin's schema refuses the table. */
export async function planInstance(
  id: string,
  definition: PluginDefinition,
  table: object,
  options: SourceOptions = PLAIN_OPTIONS,
): Promise<InstancePlan> {
  const result = await definition.config['~standard'].validate(table);
  if (result.issues === undefined) return planOf(id, definition, result.value, options);
  const faults = result.issues.map(({ message, path }) => {
    const keys = path?.map((part) => (typeof part === 'object' ? part.key : part));
    return `${keys?.join('.')} must be ${message}`;
  });
  throw new HubError('TH_CFG_VALUE', `${definition.kind}.${definition.type}: ${faults.join('; ')}`);
}
