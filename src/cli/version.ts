import { readFileSync } from 'node:fs';
import { packageRoot } from './package-root.js';

/** The version of this installation. */
export const VERSION: string = (
  JSON.parse(readFileSync(`${packageRoot()}/package.json`, 'utf8')) as { version: string }
).version;
