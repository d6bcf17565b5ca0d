import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ERRORS, FAMILIES } from './table.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const SOURCE = /(?<!\.test|\.d)\.(ts|cc|cpp|h|js|mjs)$/;
const NOT_OURS = new Set(['node_modules', 'dist', 'build', 'testing', 'fixtures', 'testdata']);

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NOT_OURS.has(entry.name)) yield* files(path);
    else if (SOURCE.test(entry.name) && !path.startsWith(join(ROOT, 'src/kernel/errors/'))) yield path;
  }
}

/** Returns the quoted codes in the sources, each with its first file. */
function codesInSources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of ['src', 'plugins', 'native'].flatMap((folder) => [...files(join(ROOT, folder))])) {
    for (const [, code] of readFileSync(path, 'utf8').matchAll(/['"](TH_[A-Z0-9]+(?:_[A-Z0-9]+)+)\b/g)) {
      if (!found.has(code!)) found.set(code!, path.slice(ROOT.length));
    }
  }
  return found;
}

describe('the table of error codes', () => {
  it('has every code that the sources throw', () => {
    const missing = [...codesInSources()].filter(([code]) => !Object.hasOwn(ERRORS, code));
    expect(missing.map(([code, file]) => `${code} in ${file}`)).to.deep.equal([]);
  });

  it('has no unused code', () => {
    const used = codesInSources();
    expect(Object.keys(ERRORS).filter((code) => !used.has(code))).to.deep.equal([]);
  });

  it('is sorted and made of sentences', () => {
    for (const family of FAMILIES) expect(Object.keys(family)).to.deep.equal(Object.keys(family).sort());
    for (const explanation of Object.values(ERRORS)) {
      for (const sentence of Object.values(explanation)) expect(sentence).to.match(/^[A-Z].+\.$/);
    }
  });
});
