/**
 * Draws the pictures of docs/estimator.md from runs of the real code in the lab. The same code makes the same pictures.
 *
 *   npm run plots -- [--to FOLDER] [--quick] [NAME …]
 *
 * --quick: one run where the picture shows many.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../test/place.js';
import { readArguments } from '../arguments.js';
import { drift } from './drift.js';
import { falsetickers } from './falsetickers.js';
import { holdover } from './holdover.js';
import { influence } from './influence.js';
import { legs } from './legs.js';
import { pps } from './pps.js';
import { route } from './route.js';
import { shapes } from './shapes.js';
import { start } from './start.js';
import { step } from './step.js';
import { vote } from './vote.js';
import { wander } from './wander.js';

const PLOTS = { legs, influence, shapes, wander, vote, falsetickers, pps, holdover, start, route, drift, step };

const { values, positionals: names } = readArguments({
  options: {
    to: { type: 'string', default: join(root, 'docs/plots') },
    quick: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
mkdirSync(values.to, { recursive: true });
for (const [name, draw] of Object.entries(PLOTS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const svg = await draw(values.quick);
  const path = join(values.to, `${name}.svg`);
  writeFileSync(path, svg);
  console.log(`${path}  ${(svg.length / 1000).toFixed(1)} kB`);
}
