import { expect } from 'chai';
import type { TimeState } from '../../api/index.js';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';
import { LocalMode } from './local-mode.js';

const SERVER = { stratum: 1, rootDispersionNs: 60e3, address: '192.0.2.7:123' } as const;
const served = ({ mode, ntp, local }: TimeState): string =>
  `${mode}, stratum ${ntp.stratum}, leap ${ntp.leap}${local === true ? ', local' : ''}`;
const LOCAL = 'unsynchronised, stratum 10, leap none, local';

/** A hub with local-stratum 10, a server at 40 ms and a small max-error. */
function site(): { readonly world: ClosedLoop; readonly server: SimulatedSource } {
  const world = new ClosedLoop({
    slowPpb: 2000,
    wanderPpb: 30,
    core: { maxErrorNs: 25e6, trackingErrorNs: 25e6, localStratum: 10 },
  });
  return { world, server: world.add({ id: 'ntp.a', delayNs: 20e6, jitterNs: 1e5, alive: false }, {}, SERVER) };
}

describe('local mode', function () {
  this.timeout(30_000);

  it('serves the clock without any source and without a bound', () => {
    const world = new ClosedLoop({ core: { localStratum: 7 } });
    world.run(2);
    const { ntp, ptp, clocks, reason, upstream } = world.state();
    expect(ntp).to.include({ stratum: 7, refid: '127.127.1.1', leap: 'none', rootDelayNs: 0, rootDispersionNs: 1000 });
    expect(ptp).to.include({ clockClass: 248, clockAccuracy: 0xfe, timeTraceable: false });
    expect(clocks[0]!.boundNs).to.equal(Number.POSITIVE_INFINITY);
    expect(reason).to.equal('there is no source; serves the clock as it is (local, stratum 7)');
    expect(upstream).to.equal(undefined);
  });

  it('is off without local-stratum', () => {
    const world = new ClosedLoop();
    world.run(2);
    expect(served(world.state())).to.equal('unsynchronised, stratum 16, leap unknown');
  });

  it('waits at the start for sources that may answer', () => {
    const { world, server } = site();
    world.run(2);
    expect(served(world.state())).to.equal('unsynchronised, stratum 16, leap unknown');
    world.kill(server);
    world.run(1);
    expect(served(world.state())).to.equal(LOCAL);
  });

  it('ends when a source is followed, and begins again when holdover has exceeded max-error', () => {
    const { world, server } = site();
    world.kill(server);
    world.run(1);
    server.alive = true;
    const seen: string[] = [];
    const watch = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        world.run(1);
        if (seen.at(-1) !== served(world.state())) seen.push(served(world.state()));
      }
    };
    watch(60);
    world.kill(server);
    watch(1500);
    server.alive = true;
    watch(60);
    expect(seen).to.deep.equal([
      ...[LOCAL, 'tracking, stratum 2, leap none', 'holdover, stratum 2, leap none'],
      ...[LOCAL, 'tracking, stratum 2, leap none'],
    ]);
    expect(world.texts('mode').filter((text) => text.includes('local'))).to.deep.equal(
      Array(2).fill('hub serves the clock as it is (local, stratum 10) from now on'),
    );
  });

  it('is not interrupted by a source that comes and goes without being followed', () => {
    const mode = new LocalMode(10);
    const after = (mayBegin: boolean): boolean => {
      mode.update('unsynchronised', mayBegin);
      return mode.isOn;
    };
    expect([false, true, false, false].map(after)).to.deep.equal([false, true, true, true]);
    mode.update('tracking', false);
    expect(mode.isOn).to.equal(false);
  });

  it('uses no source above local-stratum', () => {
    const { world } = site();
    world.add({ id: 'ntp.behind' }, {}, { stratum: 11 });
    world.add({ id: 'ntp.beside' }, {}, { stratum: 10, reference: '127.127.1.1' });
    world.run(30);
    expect(world.source('ntp.behind').reason).to.equal(
      'its stratum 11 is above local-stratum 10, so it may have its time from this hub: raise local-stratum if it has not',
    );
    expect(world.state().ntp).to.include({ stratum: 11 });
  });
});
