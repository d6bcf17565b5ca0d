import { expect } from 'chai';
import { oneAtATime } from './hangups.js';

/** Work that ends when the test says so. */
function setUp() {
  const runs: (() => void)[] = [];
  const rests: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => runs.push(resolve));
  const ask = oneAtATime(work, () => new Promise((resolve) => rests.push(resolve)));
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const end = async (work: (() => void) | undefined) => {
    work!();
    await settle();
  };
  return { ask, runs, rests, end };
}

describe('requests to read the configuration again', () => {
  it('are never handled at the same time; a thousand meanwhile count as one', async () => {
    const { ask, runs, rests, end } = setUp();
    ask();
    for (let n = 0; n < 1000; n++) ask();
    expect(runs).to.have.length(1);
    await end(runs[0]);
    expect(runs, 'before the rest').to.have.length(1);
    await end(rests[0]);
    expect(runs).to.have.length(2);
    await end(runs[1]);
    await end(rests[1]);
    expect(runs).to.have.length(2);
    ask();
    expect(runs).to.have.length(3);
  });
});
