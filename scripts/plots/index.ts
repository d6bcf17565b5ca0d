#!/usr/bin/env node
/**
 * Draws the pictures of docs/estimator.md from runs of the real code in the lab. Same code, same pictures.
 *
 *   node scripts/plots.mjs [NAME …]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { root } from './tree.mjs';

const NAMES = ['legs', 'influence', 'shapes', 'wander', 'vote', 'falsetickers', 'pps', 'holdover', 'start', 'route'];

if (process.env.TIMEHUB_NO_SETUP === undefined) setup();
const folder = join(root, 'docs/plots');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const name of NAMES.filter((known) => wanted.length === 0 || wanted.includes(known))) {
  const { [name]: draw } = await import(`./plots/${name}.mjs`);
  const svg = await draw();
  writeFileSync(join(folder, `${name}.svg`), svg);
  process.stdout.write(`docs/plots/${name}.svg  ${(svg.length / 1000).toFixed(1)} kB\n`);
}
