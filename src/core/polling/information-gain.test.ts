import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';

const S = 1e9;
const MS = 1e6;
const SHORTEST = 16 * S;
const LONGEST = 1024 * S;

/** A good and a coarse server that agree, and the poll advice for each. */
function settled(core: { targetErrorNs?: number } = {}) {
  const world = new ClosedLoop({ wanderPpb: 1, core });
  const good = world.add({ id: 'ntp.good', jitterNs: 0.1 * MS, everyNs: SHORTEST });
  const coarse = world.add({ id: 'ntp.coarse', jitterNs: 20 * MS, everyNs: SHORTEST });
  const waits = (id: string): number => world.engine.pollAdvice(id, SHORTEST, LONGEST) / S;
  return { world, good, coarse, waits };
}

describe('poll advice', () => {
  it('is the shortest interval while a source is being learnt and while no source carries the estimate', () => {
    const { world, good, waits } = settled();
    expect(waits('ntp.good')).to.equal(16);
    world.run(30);
    expect(waits('ntp.good')).to.equal(16);
    world.kill(good);
    expect(waits('ntp.good')).to.equal(16);
    expect(waits('ntp.never-heard-of')).to.equal(16);
  });

  it('is a longer interval for a coarse source beside a good one', function () {
    this.timeout(30_000);
    const { world, coarse, waits } = settled();
    world.run(2000);
    expect(waits('ntp.good')).to.be.at.most(32);
    expect(waits('ntp.coarse')).to.be.above(30);
    expect(world.state().mode).to.equal('tracking');
    for (let n = 0; n < 20; n++) {
      coarse.alive = false;
      world.run(waits('ntp.coarse'));
      coarse.alive = true;
      world.run(16);
    }
    expect(waits('ntp.coarse')).to.be.above(200);
  });

  it('is the longest interval for a source that is rejected, disabled or unsynchronised', () => {
    const { world, coarse, waits } = settled();
    world.add({ id: 'ntp.watched', everyNs: SHORTEST }, { noselect: true });
    world.add({ id: 'ntp.third', everyNs: SHORTEST });
    coarse.offsetNs = 500 * MS;
    world.run(1000);
    expect(world.source('ntp.coarse').state).to.equal('rejected');
    expect(waits('ntp.coarse')).to.equal(1024);
    expect(waits('ntp.watched')).to.equal(1024);
    world.claim('ntp.third', { synchronised: false });
    expect(waits('ntp.third')).to.equal(1024);
  });

  it('is the shortest interval after a frequency step of the oscillator', () => {
    const world = new ClosedLoop({ wanderPpb: 0.01 });
    const source = world.add({ id: 'ntp.a', jitterNs: MS, everyNs: 64 * S });
    world.run(20_000);
    const wait = () => world.engine.pollAdvice('ntp.a', SHORTEST, LONGEST) / S;
    expect(wait()).to.be.above(64);
    world.slowPpb += 20_000;
    world.run((2 * source.everyNs) / S);
    expect(wait()).to.equal(16);
  });

  it('keeps target-error if that is set', () => {
    const loose = settled({ targetErrorNs: 50 * MS });
    loose.world.run(2000);
    expect(loose.waits('ntp.good')).to.be.above(30);
    const { boundNs, sigmaNs } = loose.world.clock();
    const tight = settled({ targetErrorNs: boundNs });
    tight.world.run(2000);
    expect(tight.waits('ntp.good')).to.equal(16);
    const hopeless = settled({ targetErrorNs: (boundNs - 6 * sigmaNs) / 2 });
    hopeless.world.run(2000);
    expect(hopeless.waits('ntp.coarse')).to.be.above(30);
  });

  it('is the interval itself if that is fixed', () => {
    const { world } = settled();
    world.run(2000);
    expect(world.engine.pollAdvice('ntp.coarse', 64 * S, 64 * S)).to.equal(64 * S);
  });
});
