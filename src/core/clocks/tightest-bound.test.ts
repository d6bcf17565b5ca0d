import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;

/** A pulse, a near server and a far one, to fall silent from the best on. */
function setUp({ pulse: wanted }: { readonly pulse: 'one' | 'none' } = { pulse: 'one' }) {
  const world = new ClosedLoop({ slowPpb: 3000, wanderPpb: 30 });
  const far = world.add({ id: 'ntp.far', delayNs: 20 * MS, jitterNs: 0.5 * MS, everyNs: 10e9 });
  const near = world.add({ id: 'ntp.near', delayNs: 0.4 * MS, jitterNs: 0.02 * MS });
  const pulse = world.add({ id: 'pps.x', kind: 'pulse', jitterNs: 1000, alive: wanted === 'one' });
  world.run(300);
  return { world, far, near, pulse };
}

const bound = (world: ClosedLoop): number => world.clock().boundNs;

/** Returns the largest bound of the next seconds; checks every ten that true time is within. */
function largest(world: ClosedLoop, seconds: number): number {
  let most = 0;
  for (let second = 0; second < seconds; second += 10) {
    world.run(Math.min(10, seconds));
    const { offsetNs, boundNs } = world.clock();
    expect(Math.abs(offsetNs - world.thetaNs), `at ${world.elapsedS} s`).to.be.below(boundNs);
    most = Math.max(most, boundNs);
  }
  return most;
}

const die = (world: ClosedLoop, ...sources: SimulatedSource[]): void => {
  for (const source of sources) world.kill(source);
};

describe('the bound when sources die one after the other', () => {
  it('grows with the wander of the oscillator, up to the bound of the survivors', function () {
    this.timeout(20_000);
    const { world, near, pulse } = setUp();
    const before = bound(world);
    expect(before).to.be.below(0.05 * MS);
    die(world, pulse);
    expect(bound(world)).to.be.below(before * 1.5);
    die(world, near);
    expect(bound(world)).to.be.below(before * 1.5);
    const soon = largest(world, 100);
    expect(soon).to.be.within(before, MS);
    expect(largest(world, 6000)).to.be.within(15 * MS, 25 * MS);
  });

  it("does not jump to the last survivor's when all are silent", () => {
    const { world, far, near, pulse } = setUp();
    die(world, pulse, near);
    world.run(60);
    die(world, far);
    expect(world.state().mode).to.equal('holdover');
    expect(bound(world)).to.be.below(0.2 * MS);
  });

  it('is dropped when another program steps the clock', () => {
    const { world, near, pulse } = setUp();
    die(world, pulse, near);
    world.run(10);
    world.stepByAnotherProgram(5 * MS);
    world.run(1);
    expect(bound(world)).to.be.above(15 * MS);
  });

  it('is dropped when the source that gave it turns out to be wrong', () => {
    const { world, near } = setUp({ pulse: 'none' });
    world.add({ id: 'ntp.other', delayNs: 22 * MS, jitterNs: 0.5 * MS, everyNs: 5e9 });
    world.run(60);
    expect(bound(world)).to.be.below(MS);
    near.offsetNs = 80 * MS;
    world.run(30);
    expect(world.source('ntp.near').state).to.equal('rejected');
    expect(bound(world)).to.be.above(15 * MS);
  });

  it('grows with the drift that the source states of itself', () => {
    const world = new ClosedLoop({ slowPpb: 3000 });
    const server = world.add({ id: 'ntp.a', delayNs: 0.1 * MS, jitterNs: 0.01 * MS });
    // The source is in holdover: its time is 5 ppm fast, and its root dispersion grows by 6 ppm.
    for (let second = 0; second < 200; second++) {
      server.offsetNs += 5000;
      world.claim('ntp.a', { stratum: 2, rootDispersionNs: 10e3 + second * 6000 });
      largest(world, 1);
    }
    world.kill(server);
    world.run(600);
    const { offsetNs, boundNs } = world.clock();
    expect(Math.abs(offsetNs - world.thetaNs)).to.be.within(3.5 * MS, boundNs);
  });

  it('does not rest on a source that may have its time from this hub', () => {
    const world = new ClosedLoop({ slowPpb: 3000 });
    const out = world.add({ id: 'ntp.out', delayNs: 1 * MS, jitterNs: 0.2 * MS }, {}, { stratum: 2 });
    const echo = world.add({ id: 'ntp.next', delayNs: 0.1 * MS, jitterNs: 0.01 * MS }, {}, { stratum: 5 });
    world.run(300);
    world.kill(out);
    // The source drifts away and always states the same error.
    for (let second = 0; second < 600; second++) {
      echo.offsetNs += 5000;
      largest(world, 1);
    }
    expect(world.source('ntp.next').state).to.equal('combined');
  });
});
