import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';
import { type BoundGrowth, greaterOf, grownNs, STEADY, unseenNs } from './bound-growth.js';

const AWAITED: BoundGrowth = { driftPpb: 0, tolerancePpb: 5000, ageS: 0, awaitedS: 512 };

describe('growth of a bound', () => {
  it('is by the tolerance from two seconds after an answer while it is awaited', () => {
    expect(unseenNs(AWAITED, 2)).to.equal(0);
    expect(unseenNs(AWAITED, 66)).to.equal(64 * 5000);
    expect(unseenNs(AWAITED, 9999)).to.equal(510 * 5000);
    expect(grownNs({ ...AWAITED, ageS: 10 }, 5)).to.equal(25_000);
    expect(grownNs({ ...AWAITED, ageS: 600 }, 5)).to.equal(0);
  });

  it('has the stated drift of the source beside it', () => {
    expect(grownNs({ ...STEADY, driftPpb: 100 }, 5)).to.equal(500);
    expect(grownNs({ ...AWAITED, driftPpb: 100, ageS: 10 }, 5)).to.equal(25_500);
  });

  it('of several is at least that of each', () => {
    const young = { ...AWAITED, ageS: 1, awaitedS: 1024 };
    const old = { driftPpb: 7, tolerancePpb: 10, ageS: 300, awaitedS: 310 };
    const both = greaterOf(young, old);
    for (const seconds of [1, 10, 100, 1000, 3000])
      for (const one of [young, old]) expect(grownNs(both, seconds)).to.be.at.least(grownNs(one, seconds));
  });
});

describe('a step of the frequency between two answers', () => {
  /** Returns the greatest error as a multiple of the bound, in the time from the step to the second answer after it. */
  function excess(stepPpb: number, everyS: number, frequencyTolerancePpb?: number): number {
    const world = new ClosedLoop({ wanderPpb: 0.1, core: { frequencyTolerancePpb } });
    const near = world.add({ id: 'ntp.near', delayNs: 0.1e6, jitterNs: 2e3, everyNs: everyS * 1e9 });
    world.run(200 * everyS);
    const { offsetNs } = world.clock();
    for (let at = world.elapsedS; world.clock().offsetNs === offsetNs && world.elapsedS < at + everyS; ) world.run(1);
    world.slowPpb += stepPpb;
    let most = 0;
    for (let second = 0; second < 2 * everyS; second++) {
      world.run(1);
      const clock = world.clock();
      most = Math.max(most, Math.abs(clock.offsetNs - world.thetaNs) / clock.boundNs);
    }
    expect(near.alive).to.equal(true);
    return most;
  }

  it('stays inside the bound up to the tolerance', () => {
    for (const everyS of [16, 128]) {
      expect(excess(4750, everyS)).to.be.below(1);
      expect(excess(-4750, everyS)).to.be.below(1);
    }
  });

  it('is outside if the tolerance is less', () => {
    expect(excess(4750, 128, 10)).to.be.above(1);
    expect(excess(9, 128, 10)).to.be.below(1);
  });
});

describe('the bound in holdover', () => {
  it('grows by the tolerance only while an answer is awaited', () => {
    const world = new ClosedLoop({ wanderPpb: 0.1 });
    const source = world.add({ id: 'ntp.a', delayNs: 0.1e6, jitterNs: 2e3, everyNs: 16e9 });
    world.run(3000);
    world.kill(source);
    world.run(150);
    const soonNs = world.clock().boundNs;
    expect(soonNs).to.be.above(100 * 5000);
    world.run(600);
    expect(world.clock().boundNs - soonNs).to.be.below(100 * 5000);
  });
});
