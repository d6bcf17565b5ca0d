import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';

const US = 1e3;
const MS = 1e6;

/** Three servers half a millisecond away, and one near by whose time drifts by `driftPpb` while `run` lets time pass. */
function site() {
  const world = new ClosedLoop({ slowPpb: 2000 });
  world.discipline();
  for (const id of ['ntp.a', 'ntp.b', 'ntp.c']) world.add({ id, delayNs: 0.5 * MS, jitterNs: 50 * US, everyNs: 8e9 });
  const near = world.add({ id: 'ntp.near', delayNs: 0.1 * MS, jitterNs: 2 * US, everyNs: 8e9 });
  const run = (seconds: number, driftPpb = 0): void => {
    for (let second = 0; second < seconds; second++) {
      near.offsetNs += driftPpb;
      world.run(1);
    }
  };
  return { world, near, run };
}

describe('the test for sources that drift', () => {
  it('rejects a near source that drifts long before it leaves the intervals of the others, and says against which', () => {
    const { world, near, run } = site();
    run(300);
    expect(world.source('ntp.near').state).to.equal('combined');
    run(600, 500);
    const { state, reason } = world.source('ntp.near');
    expect(state).to.equal('rejected');
    expect(reason).to.match(/^its time drifts by 0\.\d{3} ppm against ntp\.a, ntp\.b and ntp\.c, which keep one rate/);
    expect(near.offsetNs).to.be.below(0.5 * MS);
    expect(Math.abs(world.clock().offsetNs)).to.be.below(0.1 * MS);
  });

  it('does not take a step of the clock’s own frequency for a drift of its sources', () => {
    const { world, run } = site();
    run(600);
    world.slowPpb += 3000;
    run(600);
    for (const id of ['ntp.a', 'ntp.b', 'ntp.c', 'ntp.near'])
      expect(world.source(id).state, id).to.not.equal('rejected');
  });

  it('lets the source back once its drift has ended', () => {
    const { world, near, run } = site();
    run(300);
    run(600, 500);
    expect(world.source('ntp.near').state).to.equal('rejected');
    near.offsetNs = 0;
    run(6000);
    expect(world.source('ntp.near').state).to.equal('combined');
  });

  it('shows a source that drifted and has fallen silent as unreachable', () => {
    const { world, near, run } = site();
    run(300);
    run(600, 500);
    world.kill(near);
    run(300);
    expect(world.source('ntp.near').state).to.equal('unreachable');
  });
});
