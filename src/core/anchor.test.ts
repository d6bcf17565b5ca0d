import { expect } from 'chai';
import { type Speaker, World } from './testing/world.js';

const MS = 1e6;

/** A pulse, a near and a far server; the better ones are to die. */
function setUp() {
  const world = new World({ slowPpb: 3000, wanderPpb: 3 });
  const far = world.add({ id: 'ntp.far', delayNs: 20 * MS, jitterNs: 0.5 * MS });
  const near = world.add({ id: 'ntp.near', delayNs: 0.4 * MS, jitterNs: 0.02 * MS });
  const pulse = world.add({ id: 'pps.x', kind: 'pulse', jitterNs: 1000 });
  world.run(300);
  return { world, far, near, pulse };
}

const bound = (world: World): number => world.clock().boundNs;

/** The largest bound of the next seconds, the truth being within it at each. */
function largest(world: World, seconds: number): number {
  let most = 0;
  for (let second = 0; second < seconds; second++) {
    world.run(1);
    const { offsetNs, boundNs } = world.clock();
    expect(Math.abs(offsetNs - world.thetaNs), `at ${world.elapsedS} s`).to.be.below(boundNs);
    most = Math.max(most, boundNs);
  }
  return most;
}

const die = (world: World, ...speakers: Speaker[]): void => {
  for (const speaker of speakers) world.kill(speaker);
};

describe('the bound when sources die one after the other', () => {
  it('grows by what the oscillator may do, up to what the survivors vouch for', function () {
    this.timeout(20_000);
    const { world, near, pulse } = setUp();
    const before = bound(world);
    expect(before).to.be.below(0.05 * MS);
    die(world, pulse);
    expect(bound(world)).to.be.below(before * 1.5);
    die(world, near);
    expect(bound(world)).to.be.below(before * 1.5);
    const soon = largest(world, 600);
    expect(soon).to.be.within(before, MS);
    expect(largest(world, 20_000)).to.be.within(15 * MS, 25 * MS);
  });

  it('is not that of the last survivor when all are dead', () => {
    const { world, far, near, pulse } = setUp();
    die(world, pulse, near);
    world.run(60);
    die(world, far);
    expect(world.state().mode).to.equal('holdover');
    expect(bound(world)).to.be.below(0.2 * MS);
  });

  it('forgets the better past when somebody steps the clock', () => {
    const { world, near, pulse } = setUp();
    die(world, pulse, near);
    world.run(10);
    world.meddle(5 * MS);
    world.run(1);
    expect(bound(world)).to.be.above(15 * MS);
  });

  it('and when who vouched for it turns out to be wrong', () => {
    const { world, pulse, far, near } = setUp();
    const other = world.add({ id: 'ntp.other', delayNs: 22 * MS, jitterNs: 0.5 * MS });
    world.run(60);
    die(world, pulse);
    const before = bound(world);
    expect(before).to.be.below(0.5 * MS);
    near.offsetNs = 80 * MS;
    for (const speaker of [far, other]) expect(speaker.alive).to.equal(true);
    world.run(30);
    expect(world.source('ntp.near').state).to.equal('rejected');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(bound(world));
  });
});
