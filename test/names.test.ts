import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from './place.js';

const DECLARATION = /^export (?:declare |abstract )*(?:interface|type|class) (\w+)/;

/** Returns the places `file:line` of each exported type, by its name. Tests and generated files are not searched. */
function exportedTypes(): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const folder of ['src', 'plugins']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/(?<!\.test|\.d)\.ts$/.test(name)) continue;
      const path = join(folder, name);
      for (const [index, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
        const type = DECLARATION.exec(line)?.[1];
        if (type !== undefined) places.set(type, [...(places.get(type) ?? []), `${path}:${index + 1}`]);
      }
    }
  }
  return places;
}

describe('names', () => {
  it('of exported types are unique in src and plugins: rename the less central one', () => {
    const types = exportedTypes();
    expect(types.size).to.be.above(200);
    const repeated = [...types].filter(([, places]) => places.length > 1);
    expect(repeated.map(([type, places]) => `${type}: ${places.join(', ')}`)).to.deep.equal([]);
  });
});
