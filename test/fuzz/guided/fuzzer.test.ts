import { expect } from 'chai';
import { buildTarget } from './build.js';
import { fuzz } from './fuzzer.js';
import { COUNTERS, instrument } from './instrument.js';

const RUNS = 60_000;

describe('the fuzzer', () => {
  it('finds a fault behind a magic number, which inputs without guidance do not reach', async function () {
    this.timeout(20_000);
    const built = await buildTarget('planted', (module) => module.includes('planted-parser'));
    const guided = fuzz(built, { runs: RUNS, seed: 1 });
    expect(guided.findings[0]?.message).to.include('the planted fault');
    expect(() => built.target.run(guided.findings[0]!.input)).to.throw('the planted fault');

    const blind = fuzz({ ...built, counters: new Uint8Array(0), constants: [] }, { runs: RUNS, seed: 1 });
    expect(blind.runs).to.equal(RUNS);
    expect(blind.findings).to.deep.equal([]);
  });

  it('makes the same inputs of the same seed', async () => {
    const built = await buildTarget('planted', (module) => module.includes('planted-parser'));
    const inputs = [1, 1, 2].map((seed) => fuzz(built, { runs: 2000, seed }).corpus.map((input) => input.join()));
    expect(inputs[0]).to.deep.equal(inputs[1]);
    expect(inputs[0]).to.not.deep.equal(inputs[2]);
  });

  it('counts branches without changing what code does', () => {
    const source = `// src/a.ts
const pick = (a, b) => a ? b ?? 'none' : { none: a };
function walk(n) {
  let text = '';
  for (let i = 0; i < n; i++) if (i % 2) text += 'odd'; else if (i === 4) text += 'four';
  switch (n) { case 1: text += '!'; default: if (n && n > 5) text += '?'; }
  do text += '.'; while (text.length < 3);
  try { if (n < 0) throw n; } catch { text += '-'; }
  return text;
}
return JSON.stringify([pick(0), pick(1), pick(1, 2), ...[-1, 0, 1, 6].map(walk)]);
// node_modules/b.js
const uncounted = () => 1;`;
    // The code is the body of a function, because a module cannot return a value.
    const { code, edges, constants } = instrument(source.replace('return JSON', 'out = JSON'), (path) =>
      path.startsWith('src/'),
    );
    const run = (text: string): string => new Function(COUNTERS, `let out; ${text}; return out;`)(counters) as string;
    const counters = new Uint8Array(edges);
    const plain = run(source.replace('return JSON', 'out = JSON'));
    expect(counters.every((count) => count === 0)).to.equal(true);
    expect(run(code)).to.equal(plain);
    expect(counters.every((count) => count > 0)).to.equal(true);
    expect(constants).to.include.members(['odd', 4, 'none']);
  });
});
