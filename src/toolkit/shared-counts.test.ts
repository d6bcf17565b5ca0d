import { expect } from 'chai';
import { SharedCounts } from './shared-counts.js';

const NAMES = ['asked', 'answered'] as const;

describe('shared counts', () => {
  it('are the sum of what all writers have counted', () => {
    const counts = new SharedCounts(NAMES, 3);
    const other = new SharedCounts(NAMES, counts.memory);
    counts.of(0)[0]! += 2;
    other.of(2)[0]! += 5;
    other.of(2)[1]! += 1;
    expect(NAMES.map((name) => counts.get(name))).to.deep.equal([7, 1]);
  });

  it('are exported as what has come since the last reading', () => {
    const counts = new SharedCounts(NAMES, 1);
    const exported: Record<string, number> = {};
    const refreshes: (() => void)[] = [];
    const metrics = {
      counter: () => () => {},
      gauge: () => () => {},
      onRead: (each: () => void) => refreshes.push(each),
    };
    counts.export(metrics, (name) => (by = 1) => {
      exported[name] = (exported[name] ?? 0) + by;
    });
    for (const total of [3, 10]) {
      counts.of(0)[1] = total;
      for (const refresh of refreshes) refresh();
      expect(exported).to.deep.equal({ asked: 0, answered: total });
    }
  });
});
