import type { PluginDefinition, Running, StandardIssue } from '../api/index.js';

/** The part of a plugin's definition that makes an instance. `X`: the context that it takes. */
export interface Creatable<C, X> {
  readonly config: PluginDefinition<C>['config'];
  create(config: C, context: X): Running<C>;
}

/** Returns an instance with a table of the configuration, not yet started. Rejects with what is wrong with the table. */
export async function createInstance<C, X>(
  definition: Creatable<C, X>,
  table: Readonly<Record<string, unknown>>,
  context: X,
): Promise<Running<C>> {
  const checked = await definition.config['~standard'].validate(table);
  if (checked.issues !== undefined) throw new Error(checked.issues.map(sentenceOf).join('; '));
  return definition.create(checked.value, context);
}

const sentenceOf = ({ path = [], message }: StandardIssue): string =>
  `${path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')} must be ${message}`;
