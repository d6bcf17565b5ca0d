import { expect } from 'chai';
import { createEstimator } from '../estimator/index.js';
import { ClosedLoop } from '../testing/closed-loop.js';
import { MOST_TRACKS } from './track-limit.js';

describe('the paths of one source', () => {
  /** A receiver whose pulses carry the estimate, and further devices with one pulse each. */
  function besides(devices: number) {
    const estimator = createEstimator();
    const world = new ClosedLoop({ estimator });
    world.add({ id: 'gpsd.r', path: 'pps', kind: 'pulse', jitterNs: 1e3, numbered: true });
    world.run(30);
    for (let k = 0; k < devices; k++) {
      const device = world.add({ id: 'gpsd.r', path: `/dev/pps${k}`, kind: 'pulse', jitterNs: 1e3, offsetNs: 400e6 });
      world.run(1);
      device.alive = false;
    }
    world.run(5);
    return { world, keys: estimator.tracks() };
  }

  it('are limited in number, however many are named', () => {
    const { keys } = besides(3 * MOST_TRACKS);
    expect(keys).to.have.length.at.most(MOST_TRACKS);
  });

  it('do not replace the path on which the estimate rests', () => {
    const { world, keys } = besides(3 * MOST_TRACKS);
    expect(keys).to.include('gpsd.r/pps');
    expect(world.state().mode).to.equal('tracking');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(10e3);
  });

  it('do not replace a path that is heard seldom and carries the estimate', () => {
    const estimator = createEstimator();
    const world = new ClosedLoop({ estimator });
    world.add({ id: 'ntp.a', everyNs: 16e9 });
    world.run(300);
    for (let k = 0; k < MOST_TRACKS + 4; k++) {
      const junk = world.add({ id: 'ntp.a', path: `192.0.2.${k}`, everyNs: 0.1e9, offsetNs: 400e6 });
      world.run(0.2);
      junk.alive = false;
    }
    expect(estimator.tracks()).to.have.length(MOST_TRACKS).and.include('ntp.a');
  });

  it('replace the path that has been silent longest', () => {
    const { keys } = besides(MOST_TRACKS + 4);
    expect(keys).to.not.include('gpsd.r//dev/pps0');
    expect(keys).to.include(`gpsd.r//dev/pps${MOST_TRACKS + 3}`);
  });
});
