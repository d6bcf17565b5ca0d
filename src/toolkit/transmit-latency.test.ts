import { expect } from 'chai';
import { TransmitLatency } from './transmit-latency.js';

const learnt = (costs: readonly number[]) => {
  const lead = new TransmitLatency();
  for (const ns of costs) lead.learn(ns);
  return lead.ns;
};

describe('the lead of the transmit timestamp', () => {
  it('is nothing before the first reply', () => expect(new TransmitLatency().ahead(1_000n)).to.equal(1_000n));

  it('becomes what sending costs', () => {
    expect(learnt(Array(40).fill(30e3))).to.be.closeTo(30e3, 300);
    const lead = new TransmitLatency();
    for (let i = 0; i < 40; i++) lead.learn(30e3);
    expect(Number(lead.ahead(0n))).to.be.closeTo(30e3, 300);
  });

  it('is moved by no more than 2.5 µs by one that was held up', () => {
    const usual = Array<number>(40).fill(10e3);
    expect(learnt([...usual, 50e6]) - learnt(usual)).to.be.within(2400, 2500);
  });

  it('is never negative', () => expect(learnt([-1e6])).to.equal(0));
});
