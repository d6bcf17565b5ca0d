import { expect } from 'chai';
import fc from 'fast-check';
import { Scheduler } from './scheduler.js';

describe('virtual time', () => {
  it('runs events in the order of their instants, then in that of their calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), async (times) => {
        const scheduler = new Scheduler();
        const seen: { time: number; index: number }[] = [];
        times.forEach((time, index) => void scheduler.at(time, () => void seen.push({ time: scheduler.nowNs, index })));
        await scheduler.run(20);
        const wanted = times
          .map((time, index) => ({ time, index }))
          .sort((a, b) => a.time - b.time || a.index - b.index);
        expect(seen).to.deep.equal(wanted);
      }),
    );
  });

  it('stops at the limit, and goes on from there', async () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    for (const time of [5, 10, 11]) scheduler.at(time, () => void seen.push(time));
    await scheduler.run(10);
    expect(seen).to.deep.equal([5, 10]);
    expect(scheduler.nowNs).to.equal(10);
    await scheduler.run(100);
    expect(seen).to.deep.equal([5, 10, 11]);
    expect(scheduler.nowNs).to.equal(100);
  });

  it('lets promises finish before the next event', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    scheduler.at(1, async () => {
      for (let hop = 0; hop < 10; hop++) await undefined;
      seen.push(`settled at ${scheduler.nowNs}`);
    });
    scheduler.at(2, () => void seen.push('next'));
    await scheduler.run(2);
    expect(seen).to.deep.equal(['settled at 1', 'next']);
  });

  it('drops cancelled events and never runs in the past', async () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    const timer = scheduler.at(3, () => void seen.push(3));
    scheduler.at(2, () => {
      timer.cancel();
      scheduler.at(1, () => void seen.push(scheduler.nowNs));
    });
    await scheduler.run(5);
    expect(seen).to.deep.equal([2]);
  });

  it('rejects with an error of a handler', async () => {
    const scheduler = new Scheduler();
    scheduler.at(1, () => {
      throw new Error('bug');
    });
    expect(await scheduler.run(5).catch((error: Error) => error.message)).to.equal('bug');
  });
});
