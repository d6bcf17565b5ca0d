import { HubError, type PluginDefinition } from '../api/index.js';
import type { SourceOptions } from '../core/engine/input.js';
import { PLAIN_OPTIONS } from '../core/tracks/source.js';
import type { PlannedInstance } from '../kernel/hub.js';

/** Plans an instance by a table as it stands in a configuration. Throws `TH_CFG_VALUE` where the plugin's schema refuses it. */
export async function planInstance(
  id: string,
  definition: PluginDefinition,
  table: object,
  options: SourceOptions = PLAIN_OPTIONS,
): Promise<PlannedInstance> {
  const result = await definition.config['~standard'].validate(table);
  if (result.issues === undefined) {
    const config = result.value;
    return { id, definition, config, onError: 'retry', ...(definition.kind === 'source' ? { options } : {}) };
  }
  const faults = result.issues.map(({ message, path }) => {
    const keys = path?.map((part) => (typeof part === 'object' ? part.key : part));
    return `${keys?.join('.')} must be ${message}`;
  });
  throw new HubError('TH_CFG_VALUE', `${definition.kind}.${definition.type}: ${faults.join('; ')}`);
}
