#!/usr/bin/env node
/** Writes docs/config.md and the option tables of the plugins' READMEs from the schemas. `test/docs.test.ts` compares them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree.mjs';

const { generatedPages } = await import(join(root, 'dist/src/cli/reference.js'));
for (const [path, text] of await generatedPages()) writeFileSync(join(root, path), text);
