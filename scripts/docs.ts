/** Writes docs/config.md and the option tables of the plugins' READMEs from the schemas. test/docs.test.ts compares them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPages } from '../src/cli/reference.js';
import { root } from '../test/place.js';

for (const [path, text] of await generatedPages()) writeFileSync(join(root, path), text);
