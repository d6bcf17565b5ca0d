/** Writes docs/config.md from the schemas. test/docs.test.ts fails if the page differs from them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationReference } from '../src/cli/reference.js';
import { root } from '../test/place.js';

writeFileSync(join(root, 'docs/config.md'), await configurationReference());
