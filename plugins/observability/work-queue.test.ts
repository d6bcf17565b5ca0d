import { expect } from 'chai';
import { CpuBudget } from './cpu-budget.js';
import { FakeClock } from './testing/fake-clock.js';
import { WorkQueue } from './work-queue.js';

describe('the budget of CPU time', () => {
  it('gives a share of each second, and a burst of one second of it', () => {
    const clock = new FakeClock();
    const budget = new CpuBudget(0.1, () => clock.now());
    expect(budget.left).to.equal(100);
    budget.spend(() => clock.take(60));
    expect(budget.left).to.equal(40);
    clock.take(100);
    expect(budget.left).to.be.closeTo(50, 1e-6);
    clock.take(10_000);
    expect(budget.left).to.equal(100);
  });

  it('is in debt after long work, even if that threw', () => {
    const clock = new FakeClock();
    const budget = new CpuBudget(0.1, () => clock.now());
    const work = () => {
      clock.take(200);
      throw new Error('a fault');
    };
    expect(() => budget.spend(work)).to.throw('a fault');
    expect(budget.left).to.equal(-100);
    budget.charge(8);
    expect(budget.until(2)).to.be.closeTo(1100, 1e-6);
  });
});

describe('the queue of work', () => {
  let clock: FakeClock;
  let queue: WorkQueue;
  let done: string[];
  const work = (peer: string, ms: number, name = peer) =>
    queue.add(peer, () => {
      clock.take(ms);
      done.push(name);
      return true;
    });

  beforeEach(() => {
    clock = new FakeClock();
    queue = new WorkQueue(clock, new CpuBudget(0.1, () => clock.now()));
    done = [];
  });

  it('works at once while nothing waits', () => {
    work('a', 1);
    expect(done).to.deep.equal(['a']);
  });

  it('takes no more than its share, in slices', () => {
    const workless: number[] = [];
    let before = 0;
    for (let piece = 0; piece < 5000; piece++) {
      queue.add('a', () => {
        if (piece > 0 && clock.now() > before) workless.push(clock.now() - before);
        clock.take(0.4);
        before = clock.now();
        done.push('a');
        return true;
      });
    }
    clock.pass(10_000);
    // With an overhead of 0.1 ms each: the first 100 ms, then 100 ms of each second.
    expect(done.length).to.be.within(2100, 2300);
    expect(workless.length, 'pauses').to.be.above(100);
  });

  it('never works longer than a slice plus one piece in one turn of the event loop', () => {
    let turn = 0;
    const lengths = new Map<number, number>();
    const soon = clock.soon.bind(clock);
    clock.soon = (handler) =>
      soon(() => {
        turn++;
        handler();
      });
    for (let piece = 0; piece < 100; piece++)
      queue.add('a', () => {
        clock.take(0.4);
        lengths.set(turn, (lengths.get(turn) ?? 0) + 0.4);
        return true;
      });
    clock.pass(50);
    expect(lengths.size).to.be.above(4);
    expect(Math.max(...lengths.values())).to.be.below(3.5);
  });

  it('serves peers in turn, so that one with many pieces does not keep out another', () => {
    work('a', 200);
    for (let piece = 0; piece < 1000; piece++) work('a', 1);
    work('b', 1);
    work('c', 1);
    expect(done).to.deep.equal(['a']);
    clock.pass(1200);
    expect(done.indexOf('b')).to.be.within(1, 2);
    expect(done.indexOf('c')).to.be.within(2, 3);
  });

  it('skips pieces without work at no charge', () => {
    work('a', 99.8);
    for (let piece = 0; piece < 5000; piece++) queue.add('gone', () => false);
    work('b', 1);
    clock.pass(25);
    expect(done).to.deep.equal(['a', 'b']);
  });
});
