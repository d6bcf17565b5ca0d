import { expect } from 'chai';
import { LateRuns } from './late-runs.js';

describe('late legs in a row', () => {
  const run = (runs: LateRuns, count: number): boolean[] =>
    Array.from({ length: count }, () => runs.note('inbound', 3));

  it('may be a longer route from the fourth on, and are one from the twelfth on', () => {
    const runs = new LateRuns();
    expect(run(runs, 3)).to.not.include(true);
    expect(runs.mayBeRoute).to.equal(false);
    run(runs, 1);
    expect(runs.mayBeRoute).to.equal(true);
    expect(run(runs, 8).lastIndexOf(false)).to.equal(6);
  });

  it('end with a leg in time, or with an early one of the other direction', () => {
    for (const end of [(runs: LateRuns) => runs.note('inbound', 0), (runs: LateRuns) => runs.note('outbound', -3)]) {
      const runs = new LateRuns();
      run(runs, 8);
      runs.note('outbound', 0);
      expect(runs.mayBeRoute).to.equal(true);
      end(runs);
      expect(runs.mayBeRoute).to.equal(false);
    }
  });
});
