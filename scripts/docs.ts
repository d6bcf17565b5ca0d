#!/usr/bin/env node
/** Writes docs/config.md from the schemas of the compiled tree. `test/docs.test.ts` fails when it is out of date. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree.mjs';

const { configurationReference } = await import(join(root, 'dist/src/cli/reference.js'));
writeFileSync(join(root, 'docs/config.md'), await configurationReference());
