import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../../place.js';
import { COUNTERS, type Constant, instrument } from './instrument.js';
import type { Target } from './target.js';

export interface Built {
  readonly target: Target;
  /** Number of passes of each edge, modulo 256. */
  readonly counters: Uint8Array;
  readonly constants: readonly Constant[];
}

const TARGETS = 'test/fuzz/guided/targets';

/** Returns whether a module is code under test. Test helpers and packages are not. */
const isTested = (module: string): boolean => /^(src|plugins)\//.test(module) && !module.includes('/testing/');

/** Bundles a target of ./targets, with counters in the code under test, and loads it. */
export async function buildTarget(name: string, isCounted = isTested): Promise<Built> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${TARGETS}/${name}.ts`],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['timehub-source'],
    external: ['koffi', '*.node'],
    logLevel: 'warning',
  });
  const { code, edges, constants } = instrument(outputFiles[0]!.text, isCounted);
  const folder = join(root, 'build/fuzz');
  const file = join(folder, `${name}.mjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `export const ${COUNTERS} = new Uint8Array(${edges});\n${code}`);
  const loaded = (await import(pathToFileURL(file).href)) as { target: Target; [COUNTERS]: Uint8Array };
  return { target: loaded.target, counters: loaded[COUNTERS], constants };
}
