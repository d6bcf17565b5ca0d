import { expect } from 'chai';
import { ClosedLoop, type ClosedLoopOptions } from '../testing/closed-loop.js';

const US = 1e3;
const MS = 1e6;
/** A source far away, near no other. */
const FAR = { delayNs: 10 * MS, jitterNs: 50 * US };

/** Two near liars with short paths among five: their offset is within the others' root distances. */
function lyingMinority(options: ClosedLoopOptions = {}): ClosedLoop {
  const world = new ClosedLoop({ offsetNs: 0.3 * MS, ...options });
  for (const id of ['ntp.a', 'ntp.b', 'ntp.c']) world.add({ id, ...FAR });
  for (const id of ['ntp.x', 'ntp.y']) world.add({ id, delayNs: 0.2 * MS, jitterNs: 10 * US, offsetNs: 4 * MS });
  world.run(60);
  return world;
}

/** Returns the true error of the hub's time, and what it states. */
function stated(world: ClosedLoop) {
  const { offsetNs, boundNs, majorityBoundNs = Number.NaN } = world.clock();
  return { errorNs: Math.abs(world.thetaNs - offsetNs), boundNs, majorityBoundNs };
}

describe('the majority bound', function () {
  this.timeout(60_000);

  it('holds the truth while two of five lie within the root distances of the others, and the bound does not', () => {
    const world = lyingMinority();
    let outside = 0;
    for (let second = 0; second < 120; second++) {
      world.run(1);
      const { errorNs, boundNs, majorityBoundNs } = stated(world);
      if (errorNs > boundNs) outside++;
      expect(majorityBoundNs).to.be.within(errorNs, 20 * MS);
    }
    expect(outside).to.be.above(60);
  });

  it('is the interval of a source that is alone, and what two have in common', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a', ...FAR });
    world.run(30);
    expect(world.clock().majorityBoundNs).to.be.closeTo(world.source('ntp.a').boundNs, 100 * US);
    world.add({ id: 'ntp.b', delayNs: 0.2 * MS, jitterNs: 10 * US });
    world.run(30);
    expect(world.clock().majorityBoundNs).to.be.below(0.5 * MS);
  });

  it('is vouched for by a trusted source alone', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a', delayNs: 0.2 * MS, jitterNs: 10 * US }, { trust: true });
    for (const id of ['ntp.b', 'ntp.c']) world.add({ id, ...FAR, offsetNs: 50 * MS });
    world.run(30);
    expect(world.clock().majorityBoundNs).to.be.below(0.5 * MS);
  });

  it('does not count pulses', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a', ...FAR });
    world.add({ id: 'pps.a', kind: 'pulse', jitterNs: 200 }, {}, { stratum: 0, rootDispersionNs: 0 });
    world.run(60);
    const { boundNs, majorityBoundNs } = stated(world);
    expect(boundNs).to.be.below(0.1 * MS);
    expect(majorityBoundNs).to.be.within(9 * MS, 12 * MS);
  });

  it('is infinite before the first vote and where no majority agrees', () => {
    const world = new ClosedLoop();
    expect(world.clock().majorityBoundNs).to.equal(Number.POSITIVE_INFINITY);
    for (const [i, id] of ['ntp.a', 'ntp.b', 'ntp.c'].entries())
      world.add({ id, jitterNs: 10 * US, offsetNs: i * 50 * MS });
    world.run(30);
    expect(world.clock()).to.include({ majorityBoundNs: Number.POSITIVE_INFINITY, majorityBoundGrowthPpb: 0 });
  });

  it('counts voters that have fallen silent: the last two do not become a majority', () => {
    const world = lyingMinority();
    const honest = world.sources.filter(({ offsetNs }) => offsetNs === 0);
    for (const source of honest) world.kill(source);
    for (let minute = 0; minute < 5; minute++) {
      world.run(60);
      const { errorNs, majorityBoundNs } = stated(world);
      expect(majorityBoundNs).to.be.above(errorNs);
    }
  });

  it('holds the truth while a near source drifts slowly, and so does the bound: the vote on the rates excludes it', () => {
    const world = new ClosedLoop({ slowPpb: 2000 });
    world.discipline();
    for (const id of ['ntp.a', 'ntp.b', 'ntp.c'])
      world.add({ id, delayNs: 0.5 * MS, jitterNs: 0.1 * MS, everyNs: 8e9 });
    const near = world.add({ id: 'ntp.near', delayNs: 0.15 * MS, jitterNs: 2 * US, everyNs: 8e9 });
    world.run(300);
    let outside = 0;
    for (let second = 0; second < 3000; second++) {
      near.offsetNs += 300;
      world.run(1);
      const { errorNs, boundNs, majorityBoundNs } = stated(world);
      if (errorNs > boundNs) outside++;
      expect(majorityBoundNs, `at ${second} s`).to.be.within(errorNs, 5 * MS);
    }
    expect(outside, 'seconds outside the bound').to.equal(0);
    expect(world.source('ntp.near').state).to.equal('rejected');
  });

  it('grows in holdover by 15 ppm at least where there may be a wrong minority, and by the bound alone where there is none', () => {
    for (const [voters, leastPpb, mostPpb] of [
      [3, 15_000, 40_000],
      [1, 0, 14_000],
    ] as const) {
      const world = new ClosedLoop({ slowPpb: 1000 });
      const all = ['ntp.a', 'ntp.b', 'ntp.c'].slice(0, voters).map((id) => world.add({ id, ...FAR }));
      world.run(300);
      for (const source of all) world.kill(source);
      world.run(20);
      const { majorityBoundNs: before = 0 } = world.clock();
      world.run(100);
      const { majorityBoundNs: after = 0, majorityBoundGrowthPpb = 0 } = world.clock();
      expect(world.state().mode).to.equal('holdover');
      expect((after - before) / 100).to.be.within(leastPpb, mostPpb);
      expect(majorityBoundGrowthPpb).to.be.within(leastPpb, mostPpb);
      expect(after).to.be.above(stated(world).errorNs);
    }
  });
});

describe('promise = "majority"', function () {
  this.timeout(60_000);

  it('makes mode, NTP and PTP go by the majority bound', () => {
    const loose = lyingMinority({ core: { trackingErrorNs: 5 * MS } });
    const strict = lyingMinority({ core: { trackingErrorNs: 5 * MS, promise: 'majority' } });
    expect(loose.state()).to.include({ mode: 'tracking', promise: 'carriers' });
    const { mode, reason, promise, ntp, ptp, clocks } = strict.state();
    expect({ mode, promise }).to.deep.equal({ mode: 'converging', promise: 'majority' });
    expect(reason).to.include('may still exceed 5 ms if a minority of the voters is wrong');
    const majorityNs = clocks[0]!.majorityBoundNs!;
    expect(ntp.rootDelayNs / 2 + ntp.rootDispersionNs).to.be.closeTo(majorityNs, 1);
    expect(ptp.clockAccuracy).to.be.above(loose.state().ptp.clockAccuracy);
    expect(strict.engine.holdover()).to.include({ lastsNs: 0 });
  });

  it('leaves the hub unsynchronised where no majority agrees', () => {
    const world = new ClosedLoop({ core: { promise: 'majority' } });
    world.add({ id: 'ntp.a', ...FAR }, { prefer: true });
    world.add({ id: 'ntp.b', ...FAR, offsetNs: 100 * MS });
    world.run(30);
    const { mode, reason, ntp } = world.state();
    expect(mode).to.equal('unsynchronised');
    expect(reason).to.match(/may exceed 1 s if a minority of the voters is wrong/);
    expect(ntp.stratum).to.equal(16);
    expect(Number.isFinite(ntp.rootDispersionNs)).to.equal(true);
  });
});
