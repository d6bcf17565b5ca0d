import { expect } from 'chai';
import { Budget } from './budget.js';

const S = 1_000_000_000n;

describe('the budget of a gpsd', () => {
  it('gives the units refilled since, and never more than its capacity', () => {
    const budget = new Budget({ perSecond: 2, most: 3 });
    const taken = (now: bigint) => Array.from({ length: 5 }, () => budget.take(now)).filter(Boolean).length;
    expect([0n, S, S + S / 2n, 100n * S].map(taken)).to.deep.equal([3, 2, 1, 3]);
  });

  it('returns the time until a debt is paid', () => {
    const budget = new Budget({ perSecond: 10, most: 20 });
    expect(budget.charge(20, 0n)).to.equal(0);
    expect(budget.charge(5, 0n)).to.equal(0.5e9);
    expect(budget.charge(0, S / 4n)).to.equal(0.25e9);
    expect(budget.charge(0, S)).to.equal(0);
  });
});
