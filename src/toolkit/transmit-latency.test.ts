import { expect } from 'chai';
import { TransmitLatency } from './transmit-latency.js';

const learnt = (costs: readonly number[]) => {
  const latency = new TransmitLatency();
  for (const ns of costs) latency.learn(ns);
  return latency;
};

describe('TransmitLatency', () => {
  it('is zero before the first reply', () => expect(new TransmitLatency().departure(1_000n)).to.equal(1_000n));

  it('converges to the time that sending takes', () => {
    const latency = learnt(Array(40).fill(30e3));
    expect(latency.ns).to.be.closeTo(30e3, 300);
    expect(Number(latency.departure(0n))).to.be.closeTo(30e3, 300);
  });

  it('changes by at most 2.5 µs for one delayed reply', () => {
    const usual = Array<number>(40).fill(10e3);
    expect(learnt([...usual, 50e6]).ns - learnt(usual).ns).to.be.within(2400, 2500);
  });

  it('is never negative', () => expect(learnt([-1e6]).ns).to.equal(0));
});
