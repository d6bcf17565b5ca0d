import { basename, dirname } from 'node:path';
import { nearest } from '../../errors/nearest.js';
import type { AdditionalFiles, ConfigFile, Kind, Table } from '../config.js';
import { abridged, type Finding } from '../diagnose/finding.js';
import { isTable, showValue } from '../toml-value.js';
import { mergeTables } from './merge.js';
import { type ParsedToml, parseTolerantly } from './tolerant-parser.js';

/** One parsed file of a configuration. */
export interface ConfigLayer {
  readonly path: string;
  readonly role: 'preset' | 'main' | 'drop-in';
  /** Text on the disk. */
  readonly text: string;
  readonly parsed: ParsedToml;
}

/** A table `[source.<type>.<name>]` or `[sink.…]` as read, not yet checked. */
export interface InstanceTable {
  readonly kind: Kind;
  readonly type: string;
  readonly name: string;
  readonly table: Table;
}

/** A configuration that was read and merged, but not yet checked. */
export interface ConfigDocument {
  /** The main file. */
  readonly path: string;
  /** Its folder, the base of relative paths. */
  readonly directory: string;
  readonly preset: string | undefined;
  /** Packages to load before `validateConfig`. */
  readonly plugins: readonly string[];
  /** Ids of the types that the instances have: `source.ntp`. */
  readonly needs: readonly string[];
  readonly instances: readonly InstanceTable[];
  /** Preset, main file, drop-ins: each overrides those before it. */
  readonly layers: readonly ConfigLayer[];
  readonly tree: Table;
  /** Findings so far, without syntax faults. */
  readonly findings: readonly Finding[];
  /** Paths of the files that were read, the main file first; a preset with its name. */
  readonly files: readonly string[];
  /** Other users can change it, so code that it names must not run. */
  readonly isUnsafe: boolean;
  /** A part could not be read, so a key that seems to be missing may be there. */
  readonly incomplete: boolean;
}

const ALONE: AdditionalFiles = { dropIns: [], presets: new Map() };

/** Parses the text of a configuration. Never throws: `validateConfig` reports all faults. */
export function parseConfig(text: string, path: string, around: AdditionalFiles = ALONE): ConfigDocument {
  const main = layer({ path, text }, 'main');
  const dropIns = around.dropIns.map((file) => layer(file, 'drop-in'));
  const named = main.parsed.tree.preset;
  const shipped = typeof named === 'string' ? around.presets.get(named) : undefined;
  const layers = [...(shipped === undefined ? [] : [layer(shipped, 'preset')]), main, ...dropIns];
  const tree = layers.map(({ parsed }) => parsed.tree).reduce(mergeTables, {});
  const instances = [...instancesOf(tree, 'source'), ...instancesOf(tree, 'sink')];
  return {
    path,
    directory: dirname(path),
    preset: shipped === undefined ? undefined : String(named),
    plugins: Array.isArray(tree.plugins) ? tree.plugins.filter((name) => typeof name === 'string') : [],
    needs: [...new Set(instances.map(({ kind, type }) => `${kind}.${type}`))],
    instances,
    layers,
    tree,
    findings: [
      ...presetFindings(main, around),
      ...dropIns.flatMap(dropInFindings),
      ...(around.skipped ?? []).map(skippedFinding),
      ...(around.unsafe ?? []).map(({ span: _, ...told }): Finding => ({ ...told, path: [], at: 'key' })),
    ],
    files: [
      path,
      ...around.dropIns.map((file) => file.path),
      ...(shipped === undefined ? [] : [`${shipped.path} (preset ${named})`]),
    ],
    isUnsafe: (around.unsafe ?? []).some(({ severity }) => severity === 'error'),
    incomplete: layers.some(({ parsed }) => parsed.incomplete),
  };
}

const layer = ({ path, text }: ConfigFile, role: ConfigLayer['role']): ConfigLayer => ({
  path,
  role,
  text,
  parsed: parseTolerantly(text.replace(/^\u{feff}/u, ' ')),
});

function instancesOf(tree: Table, kind: Kind): readonly InstanceTable[] {
  return Object.entries(isTable(tree[kind]) ? tree[kind] : {}).flatMap(([type, named]) =>
    Object.entries(isTable(named) ? named : {}).flatMap(([name, table]) =>
      isTable(table) ? [{ kind, type, name, table }] : [],
    ),
  );
}

function presetFindings(main: ConfigLayer, { presets }: AdditionalFiles): readonly Finding[] {
  const { preset } = main.parsed.tree;
  if (preset === undefined || (typeof preset === 'string' && presets.has(preset))) return [];
  const names = [...presets.keys()];
  const meant = typeof preset === 'string' ? nearest(preset, names) : undefined;
  const known = names.length === 0 ? undefined : `known: ${abridged(names)}`;
  const hint = meant === undefined ? known : `did you mean "${meant}"?`;
  return [
    {
      code: 'TH_CFG_UNKNOWN_PRESET',
      path: ['preset'],
      at: 'value',
      message: `there is no preset ${showValue(preset)}`,
      hint,
    },
  ];
}

const skippedFinding = (file: string): Finding => ({
  ...{ code: 'TH_CFG_NOT_READ', severity: 'warning', path: [], at: 'key', file },
  message: 'this file is not read: its name does not end in .toml',
  hint: 'rename it, or move it out of conf.d',
});

function dropInFindings({ path, parsed }: ConfigLayer): readonly Finding[] {
  if (parsed.tree.preset === undefined) return [];
  const message = `a preset cannot be chosen in ${basename(path)}`;
  return [
    {
      code: 'TH_CFG_WRONG_TABLE',
      path: ['preset'],
      at: 'key',
      message,
      hint: 'it belongs in the main file',
      file: path,
    },
  ];
}
