import { resolve } from 'node:path';
import { BUILT_AT, type StandardSchema } from '../../../api/index.js';
import type { HubConfig, HubOptions, InstancePlan, PluginCatalogue } from '../config.js';
import { type Finding, withoutMisspelt } from '../diagnose/finding.js';
import { faultsOf, Locator } from '../diagnose/locator.js';
import type { KeyPath } from '../diagnose/place-index.js';
import { type Problem, sortProblems } from '../diagnose/problem.js';
import { belongsTo, unknownKey } from '../diagnose/unknown-key.js';
import type { ConfigDocument } from '../read/document.js';
import { hubSchema, targetSchema } from '../schema/hub-schema.js';
import { keysOf } from '../schema/schema-keys.js';
import { isTable } from '../toml-value.js';
import { checkInstance, uncheckedFindings } from './check-instance.js';
import { checkTable } from './check-table.js';
import { checkAcross } from './conflicts.js';
import type { MachineInventory } from './machine.js';
import { checkMachine } from './machine-checks.js';
import { namedValues } from './named-values.js';
import { warnAcross } from './overlaps.js';
import { checkShape } from './structure.js';
import { checkWrittenFiles } from './written-files.js';

/** A valid configuration, or all its problems. */
export type LoadedConfig = Remarks &
  (
    | { readonly config: HubConfig; readonly problems?: undefined }
    | { readonly config?: undefined; readonly problems: readonly Problem[] }
  );

export interface Remarks {
  /** Findings that do not refuse the configuration. */
  readonly warnings: readonly Problem[];
  /** Paths of the files that were read. */
  readonly files: readonly string[];
}

/**
 * Checks a document by the schemas of the hub and of the plugins. The plugins of `document.needs` must be loaded in the
 * catalogue. With a machine, warns of named things that it does not have.
 */
export async function validateConfig(
  document: ConfigDocument,
  catalogue: PluginCatalogue,
  machine?: MachineInventory,
): Promise<LoadedConfig> {
  const findings: Finding[] = [...document.findings, ...checkShape(document, catalogue)];
  const hub = await section(document, 'hub', hubSchema, catalogue, findings);
  const target = await section(document, 'target', targetSchema, catalogue, findings);
  if (catalogue.lab !== undefined && document.tree.lab !== undefined) {
    await section(document, 'lab', catalogue.lab, catalogue, findings);
  }
  const instances: InstancePlan[] = [];
  for (const table of document.instances) {
    const checked = await checkInstance(table, catalogue);
    if ('findings' in checked) findings.push(...checked.findings);
    else instances.push(...checked.instances);
    findings.push(...uncheckedFindings(table, catalogue));
  }
  const values = namedValues(instances);
  findings.push(...checkAcross(document, hub, instances), ...warnAcross(instances, values, machine));
  if (machine !== undefined) findings.push(...checkMachine(document, values, machine), ...checkWrittenFiles(document));
  const all = sortProblems([...faultsOf(document), ...(await placed(document, findings))], inReadingOrder(document));
  const problems = all.filter(({ severity }) => severity === 'error');
  const remarks = { warnings: all.filter(({ severity }) => severity === 'warning'), files: document.files };
  if (problems.length > 0 || hub === undefined || target === undefined) return { problems, ...remarks };
  return {
    ...remarks,
    config: {
      ...assembled(document, instances),
      hub: { ...toHubOptions(hub, document.directory), targetErrorNs: target['max-error'] },
    },
  };
}

type HubTable = Output<typeof hubSchema>;

const toHubOptions = (hub: HubTable, directory: string): HubOptions => ({
  builtAt: BUILT_AT,
  minAgreeing: hub['min-agreeing'],
  maxErrorNs: hub['max-error'],
  trackingErrorNs: hub['tracking-error'] ?? hub['max-error'] / 10,
  frequencyTolerancePpb: hub['frequency-tolerance'],
  promise: hub.promise,
  localStratum: hub['free-run'] ? hub['local-stratum'] : undefined,
  stateDir: hub['state-dir'] === undefined ? undefined : resolve(directory, hub['state-dir']),
  eventLog: hub['event-log'] === undefined ? undefined : resolve(directory, hub['event-log']),
  logLevel: hub['log-level'],
});

function assembled(document: ConfigDocument, instances: readonly InstancePlan[]) {
  const { path, preset, plugins, tree } = document;
  return { path, preset, plugins, instances, lab: isTable(tree.lab) ? tree.lab : undefined };
}

/** Checks one of the hub's own tables; an absent one gets its defaults. Returns undefined if the table is invalid. */
async function section<S extends StandardSchema>(
  document: ConfigDocument,
  name: 'hub' | 'target' | 'lab',
  schema: S,
  catalogue: PluginCatalogue,
  findings: Finding[],
): Promise<Output<S> | undefined> {
  const path: KeyPath = [name];
  const table = document.tree[name] ?? {};
  if (!isTable(table)) return undefined;
  const known = keysOf(schema) ?? Object.keys(table);
  const unknown = Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey(path, key, known, belongsTo(key, path, catalogue)));
  const own = Object.fromEntries(Object.entries(table).filter(([key]) => known.includes(key)));
  const checked = await checkTable(path, own, schema);
  findings.push(...withoutMisspelt([...unknown, ...(checked.findings ?? [])]));
  return checked.findings === undefined ? (checked.value as Output<S>) : undefined;
}

type Output<S> = S extends StandardSchema<infer O> ? O : never;

/** Returns the paths of the files, the operator's own ones first. */
const inReadingOrder = ({ layers }: ConfigDocument): readonly string[] =>
  [...layers.filter(({ role }) => role !== 'preset'), ...layers].map(({ path }) => path);

async function placed(document: ConfigDocument, findings: readonly Finding[]): Promise<readonly Problem[]> {
  const locator = new Locator(document);
  const problems: Problem[] = [];
  for (const finding of findings) {
    const problem = await locator.place(finding);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
