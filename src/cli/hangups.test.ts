import { expect } from 'chai';
import { oneAtATime } from './hangups.js';

/** Work that ends when the test says so. */
function setUp() {
  const runs: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const ask = oneAtATime(() => new Promise((resolve, reject) => runs.push({ end: resolve, fail: reject })));
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { ask, runs, settle };
}

describe('requests to read the configuration again', () => {
  it('are never worked on twice at the same time; a thousand meanwhile are one more', async () => {
    const { ask, runs, settle } = setUp();
    ask();
    for (let n = 0; n < 1000; n++) ask();
    expect(runs).to.have.length(1);
    runs[0]!.end();
    await settle();
    expect(runs).to.have.length(2);
    runs[1]!.end();
    await settle();
    expect(runs).to.have.length(2);
    ask();
    expect(runs).to.have.length(3);
  });
});
