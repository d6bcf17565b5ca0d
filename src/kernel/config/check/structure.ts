import type { HubError } from '../../../api/index.js';
import { nearest } from '../../errors/nearest.js';
import type { Kind, PluginCatalogue } from '../config.js';
import type { Finding } from '../diagnose/finding.js';
import type { Severity } from '../diagnose/problem.js';
import { belongsTo, SECTIONS, TOP_KEYS } from '../diagnose/unknown-key.js';
import type { ConfigDocument } from '../read/document.js';
import { isTable, showHeader, showValue } from '../toml-value.js';

/** Checks the structure: the tables, their names, and the ids of instances. */
export function checkShape(document: ConfigDocument, catalogue: PluginCatalogue): readonly Finding[] {
  return [
    ...Object.keys(document.tree).flatMap((key) => checkTop(key, document.tree[key], catalogue)),
    ...(['source', 'sink'] as const).flatMap((kind) => checkNames(kind, document.tree[kind])),
    ...checkIds(document),
    ...checkPlugins(document, catalogue),
  ];
}

function checkTop(key: string, value: unknown, catalogue: PluginCatalogue): readonly Finding[] {
  if ((TOP_KEYS as readonly string[]).includes(key)) return [];
  if ((SECTIONS as readonly string[]).includes(key)) {
    if (isTable(value)) return [];
    const hint = `write ${key === 'source' || key === 'sink' ? `[${key}.type.name]` : `[${key}]`}`;
    return [misshapen([key], `"${key}" must be a table`, hint)];
  }
  const what = isTable(value) ? `table ${showHeader([key])}` : `key "${key}"`;
  const hint = isTable(value) ? tableHint(key, catalogue) : keyHint(key, catalogue);
  return [{ code: 'TH_CFG_UNKNOWN_KEY', path: [key], at: 'key', message: `unknown ${what}`, hint }];
}

/** Hint for `[clock.<id>]`, which earlier versions accepted and ignored. */
const CLOCKS =
  'the sink that steers a clock has its options: steer, max-slew … in [sink.system-clock.main], or in [sink.phc.main] with clock = "eth0"';

function tableHint(key: string, { types }: PluginCatalogue): string {
  if (key === 'clock') return CLOCKS;
  const meant = nearest(key, SECTIONS);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const kind = (['source', 'sink'] as const).find((each) => types.has(`${each}.${key}`));
  return kind === undefined ? `known: ${SECTIONS.join(', ')}` : `did you mean [${kind}.${key}.name]?`;
}

function keyHint(key: string, catalogue: PluginCatalogue): string {
  const meant = nearest(key, TOP_KEYS);
  return (
    belongsTo(key, [], catalogue) ??
    (meant === undefined ? `known here: ${TOP_KEYS.join(', ')}` : `did you mean "${meant}"?`)
  );
}

const NAME = /^[A-Za-z0-9][\w-]*$/;

/** Reports `[source.ntp]` without a name, and names that are not allowed in an id. */
function checkNames(kind: Kind, types: unknown): readonly Finding[] {
  if (!isTable(types)) return [];
  return Object.entries(types).flatMap(([type, named]) => {
    const path = [kind, type];
    const strays = isTable(named) ? Object.entries(named).filter(([, value]) => !isTable(value)) : [];
    if (!isTable(named) || Object.keys(named).length === 0) return [nameless(path)];
    const [list] = strays.find(([, value]) => Array.isArray(value) && value.every(isTable)) ?? [];
    if (list !== undefined) return [listed([...path, list])];
    if (strays.length > 0) return [nameless(path)];
    return Object.keys(named)
      .filter((name) => !NAME.test(name))
      .map((name) => badName([...path, name], name));
  });
}

const misshapen = (path: readonly string[], message: string, hint: string): Finding => ({
  code: 'TH_CFG_SHAPE',
  path,
  at: 'key',
  message,
  hint,
});

const nameless = (path: readonly string[]): Finding =>
  misshapen(path, `${showHeader(path)} has no name`, `write ${showHeader([...path, 'main'])}, or another name`);

const listed = (path: readonly string[]): Finding =>
  misshapen(path, `[${showHeader(path)}] is a list`, 'write each table in single brackets, with a name of its own');

const badName = (path: string[], name: string): Finding => ({
  code: 'TH_CFG_NAME',
  path,
  at: 'key',
  message: `${showValue(name)} is not a valid name`,
  hint: 'use letters, digits, "-" and "_"',
});

/** Reports a source and a sink with one id. */
function checkIds({ instances }: ConfigDocument): readonly Finding[] {
  const sources = new Set(instances.filter(({ kind }) => kind === 'source').map(({ type, name }) => `${type}.${name}`));
  return instances
    .filter(({ kind, type, name }) => kind === 'sink' && sources.has(`${type}.${name}`))
    .map(({ type, name }) => ({
      code: 'TH_CFG_DUPLICATE',
      path: ['sink', type, name],
      at: 'key',
      message: `a source is also called "${type}.${name}"`,
      hint: `give one of them another name: [sink.${type}.${name}-out]`,
    }));
}

function checkPlugins({ layers }: ConfigDocument, { failures, weaknesses }: PluginCatalogue): readonly Finding[] {
  const malformed = layers
    .filter(({ parsed }) => parsed.tree.plugins !== undefined && !isListOfNames(parsed.tree.plugins))
    .map(({ path, parsed }) => notNames(path, parsed.tree.plugins));
  const tell = (severity: Severity, told: ReadonlyMap<string, HubError> = new Map()): readonly Finding[] =>
    [...told].map(([name, { code, message, hint }]): Finding => {
      const finding: Finding = { code, severity, path: ['plugins'], at: 'value', message, hint };
      const layer = layers.find(
        ({ parsed }) => isListOfNames(parsed.tree.plugins) && parsed.tree.plugins.includes(name),
      );
      if (layer === undefined) return finding;
      const index = (layer.parsed.tree.plugins as readonly string[]).indexOf(name);
      return { ...finding, path: ['plugins', index], file: layer.path };
    });
  return [...malformed, ...tell('error', failures), ...tell('warning', weaknesses)];
}

const isListOfNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');

function notNames(file: string, plugins: unknown): Finding {
  const message = `plugins must be a list of packages or paths, got ${showValue(plugins)}`;
  const meant = typeof plugins === 'string' ? [plugins] : ['timehub-source-lora'];
  return {
    code: 'TH_CFG_VALUE',
    path: ['plugins'],
    at: 'value',
    message,
    hint: `did you mean ${showValue(meant)}?`,
    file,
  };
}
