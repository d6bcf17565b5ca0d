import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.js';
import { root } from './place.js';

const PACKAGE = 'timehub-source-rude';

/** Installs the package of rude sources in the bench's folder. */
export function installRude(bench: Bench): void {
  mkdirSync(bench.folder.at('node_modules'));
  cpSync(join(root, 'test/fixtures', PACKAGE), bench.folder.at(`node_modules/${PACKAGE}`), { recursive: true });
  symlinkSync(root, bench.folder.at('node_modules/timehub'));
}

/** Returns a configuration with one rude source for each of `deeds`, and a state directory. */
export function rudeConfig(bench: Bench, ...deeds: readonly string[]): string {
  const sources = deeds.map(
    (deed) => `[source.rude.${deed}]\ndoes = "${deed}"\nfile = "${bench.folder.at(`${deed}.fifo`)}"`,
  );
  return [
    `plugins = ["${PACKAGE}"]`,
    `[hub]\nfree-run = true\nstate-dir = "${bench.folder.at('state')}"`,
    ...sources,
  ].join('\n');
}
