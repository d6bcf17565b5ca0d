import { expect } from 'chai';
import { Poll } from './poll.js';

const S = 1e9;
const answer = (poll: Poll, times: number, offset = (_i: number) => 0) => {
  for (let i = 0; i < times; i++) poll.answered(offset(i), BigInt(i) * 1_000_000_000n);
};
const steady = () => new Poll({ minNs: 4 * S, maxNs: 16 * S, start: 'steady' });

describe('the poll interval', () => {
  it('doubles after eight calm answers and stops at the maximum', () => {
    const poll = steady();
    answer(poll, 7);
    expect(poll.intervalNs).to.equal(4 * S);
    answer(poll, 1);
    expect(poll.intervalNs).to.equal(8 * S);
    answer(poll, 40);
    expect(poll.intervalNs).to.equal(16 * S);
  });

  it('is spread by 1 to 5 %', () => {
    const poll = steady();
    expect(poll.next(0)).to.be.closeTo(4.04 * S, 1);
    expect(poll.next(1)).to.be.closeTo(4.2 * S, 1);
  });

  it('stays long while a free clock drifts, and is short again after a jump', () => {
    const poll = steady();
    const drifting = (i: number) => 50_000 * i + 300 * Math.sin(i * 2.4);
    answer(poll, 40, drifting);
    expect(poll.intervalNs).to.equal(16 * S);
    poll.answered(drifting(40) + 100_000, 40_000_000_000n);
    expect(poll.intervalNs).to.equal(4 * S);
  });

  it('backs off from the fifth miss on and is short again with the first answer', () => {
    const poll = steady();
    for (let i = 0; i < 4; i++) poll.missedOne();
    expect(poll.intervalNs).to.equal(4 * S);
    for (let i = 0; i < 4; i++) poll.missedOne();
    expect(poll.intervalNs).to.equal(16 * S);
    answer(poll, 1);
    expect(poll.intervalNs).to.equal(4 * S);
  });

  it('begins with a burst that is never slower than the interval and never over 8 requests', () => {
    const poll = new Poll({ minNs: S, maxNs: S, start: 'burst' });
    expect(Array.from({ length: 8 }, () => poll.next(0) / 1.01 / S)).to.deep.equal([0.25, 0.5, 1, 1, 1, 1, 1, 1]);
  });
});
