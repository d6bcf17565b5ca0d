import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;
const UPSTREAM = '10.0.0.1';

/** A near server with 40 ms of root dispersion and one that is 300 ms off because its path is asymmetric. */
function pair(world: ClosedLoop): { near: SimulatedSource; far: SimulatedSource } {
  const far = world.add(
    { id: 'ntp.far', offsetNs: 300 * MS, delayNs: 302 * MS },
    {},
    { stratum: 2, reference: UPSTREAM, address: '10.1.0.1:123', rootDispersionNs: 4 * MS },
  );
  const near = world.add(
    { id: 'ntp.near', delayNs: 0.1 * MS },
    {},
    { stratum: 3, reference: UPSTREAM, address: '10.2.0.1:123', rootDispersionNs: 40 * MS },
  );
  return { near, far };
}

const errorNs = (world: ClosedLoop): number => Math.abs(world.clock().offsetNs - world.thetaNs);

describe('two servers of one upstream', () => {
  it('are carried by the near one, which also names stratum, refid and root distance', () => {
    const world = new ClosedLoop();
    pair(world);
    world.run(40);
    expect(world.source('ntp.near')).to.include({ state: 'combined' });
    expect(world.source('ntp.far')).to.include({ state: 'agrees', weight: 0 });
    expect(world.source('ntp.far').reason).to.match(
      /^agrees with ntp\.near to within its root distance \(300 ms off, 3\d times the usual error\), so it has no share of the estimate$/,
    );
    const { ntp, reason } = world.state();
    expect(reason).to.equal('follows ntp.near');
    expect(ntp).to.include({ stratum: 4, refid: '10.2.0.1' });
    expect(ntp.rootDelayNs / 2 + ntp.rootDispersionNs).to.be.within(40 * MS, 42 * MS);
    expect(errorNs(world)).to.be.below(0.1 * MS);
  });

  it('keep the time when the near one falls silent, and when it returns', () => {
    const world = new ClosedLoop();
    const { near } = pair(world);
    world.run(40);
    world.kill(near);
    for (let s = 0; s < 60; s++) {
      world.run(1);
      expect(errorNs(world), `${s} s without it`).to.be.below(0.5 * MS);
      expect(world.clock().boundNs).to.be.above(errorNs(world));
    }
    near.alive = true;
    for (let s = 0; s < 30; s++) {
      world.run(1);
      expect(errorNs(world), `${s} s with it`).to.be.below(0.5 * MS);
    }
    expect(world.source('ntp.far')).to.include({ state: 'agrees', weight: 0 });
  });

  it('are one group also if one follows the other', () => {
    const world = new ClosedLoop();
    pair(world);
    world.claim('ntp.near', { stratum: 3, reference: '10.1.0.1', address: '10.2.0.1:123', rootDispersionNs: 40 * MS });
    world.run(40);
    expect(world.source('ntp.far').weight).to.equal(0);
    expect(errorNs(world)).to.be.below(0.1 * MS);
  });

  it('do not announce class 6 because of a far grandmaster of class 6', () => {
    const world = new ClosedLoop();
    pair(world);
    world.claim('ntp.far', { clockClass: 6, traceable: true, reference: UPSTREAM, rootDispersionNs: 4 * MS });
    world.run(40);
    expect(world.source('ntp.far').weight).to.equal(0);
    expect(world.state().ptp.clockClass).to.equal(248);
  });
});
