import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;
const S = 1e9;

const ptp = { id: 'ptp.up', everyNs: 0.125 * S, delayNs: 20 * MS, jitterNs: 100 };
const mistakeNs = (world: ClosedLoop): number => Math.abs(world.thetaNs - world.clock().offsetNs);

describe('a source that is heard in one direction only', () => {
  for (const [ways, why] of [
    [['inbound'], 'its messages arrive, but it does not report when it receives those of this hub'],
    [['outbound'], 'it answers, but none of its own messages can be used'],
  ] as const) {
    it(`is not used, and there is no bound: ${ways[0]}`, () => {
      const world = new ClosedLoop();
      const up = world.add({ ...ptp, ways });
      world.run(60);
      const { state, reason, boundNs } = world.source('ptp.up');
      expect({ state, reason }).to.deep.equal({
        state: 'warming',
        reason: `its path delay is not measured: ${why}`,
      });
      expect(boundNs).to.equal(Number.POSITIVE_INFINITY);
      expect(world.state()).to.deep.include({
        mode: 'unsynchronised',
        reason: `no source may be used (ptp.up: ${reason})`,
      });
      expect(world.clock().boundNs).to.equal(Number.POSITIVE_INFINITY);
      expect(world.state().ntp.stratum).to.equal(16);
      expect(world.state().ptp.clockClass).to.equal(248);
      expect(world.texts('source')).to.deep.equal([`ptp.up is not used: ${reason}`]);
      up.offsetNs += S;
      world.run(60);
      expect(world.state().mode).to.equal('unsynchronised');
      up.ways = ['outbound', 'inbound'];
      world.run(1);
      expect(world.source('ptp.up').state).to.equal('combined');
      expect(Math.abs(world.thetaNs + S - world.clock().offsetNs)).to.be.below(world.clock().boundNs);
    });
  }

  it("shows its plugin's reason until both directions are heard", () => {
    const world = new ClosedLoop();
    const up = world.add({ ...ptp, ways: ['inbound'] });
    world.run(10);
    world.accept({ type: 'unreachable', id: 'ptp.up', reason: 'hears it, but it does not answer' });
    world.run(10);
    expect(world.source('ptp.up').reason).to.equal('its path delay is not measured: hears it, but it does not answer');
    up.ways = ['inbound', 'outbound'];
    world.run(1);
    up.ways = ['inbound'];
    world.run(60);
    expect(world.source('ptp.up').reason).to.equal(
      'its path delay is no longer measured: its messages arrive, but it does not report when it receives those of this hub',
    );
  });

  it('has no vote, also beside others like it', () => {
    const world = new ClosedLoop();
    for (const n of [1, 2, 3]) world.add({ ...ptp, id: `ptp.${n}`, ways: ['inbound'] });
    world.add({ id: 'ntp.a', delayNs: MS });
    world.run(60);
    expect(world.source('ntp.a').state).to.equal('combined');
    expect(mistakeNs(world)).to.be.below(0.2 * MS);
  });

  it('delays no other source: pulses with numbers of their own are used', () => {
    const world = new ClosedLoop();
    world.add({ ...ptp, ways: ['inbound'] });
    world.add({ id: 'pps.p', kind: 'pulse', numbered: true, jitterNs: 1000 });
    world.run(60);
    expect(world.state().mode).to.equal('tracking');
    expect(mistakeNs(world)).to.be.below(0.1 * MS);
  });
});

describe('a direction that falls silent', () => {
  /** Both directions arrive for a while, then one; after that its route changes. */
  function dying(
    ways: readonly ('inbound' | 'outbound')[],
    ...others: readonly (Partial<SimulatedSource> & { id: string })[]
  ) {
    const world = new ClosedLoop({ slowPpb: 3000 });
    const up = world.add({ ...ptp, delayNs: 50e3 });
    for (const other of others) world.add(other);
    world.run(60);
    up.ways = ways;
    // The other direction cannot show this: the route is 30 ms longer, or the clock at its end is set.
    Object.assign(up, { delayNs: 30 * MS });
    return { world, up };
  }

  for (const ways of [['inbound'], ['outbound']] as const) {
    it(`leaves the hub in holdover, within its bound, until it is back: ${ways[0]} only`, () => {
      const { world, up } = dying(ways);
      for (let n = 0; n < 80; n++) {
        world.run(0.5);
        expect(mistakeNs(world), `${n / 2} s`).to.be.below(world.clock().boundNs);
      }
      expect(world.source('ptp.up').state).to.equal('unreachable');
      expect(world.source('ptp.up').reason).to.match(/^its path delay is no longer measured: /);
      expect(world.state().mode).to.equal('holdover');
      expect(mistakeNs(world)).to.be.below(10e3);
      Object.assign(up, { delayNs: 50e3, ways: ['outbound', 'inbound'] });
      world.run(5);
      expect(world.source('ptp.up').state).to.equal('combined');
      expect(world.state().mode).to.equal('tracking');
      expect(mistakeNs(world)).to.be.below(2e3);
    });

    it(`leaves the time to the other sources: ${ways[0]} only`, () => {
      const { world } = dying(ways, { id: 'ntp.a', delayNs: MS }, { id: 'ntp.b', delayNs: MS });
      for (let n = 0; n < 80; n++) {
        world.run(0.5);
        expect(mistakeNs(world), `${n / 2} s`).to.be.below(world.clock().boundNs);
      }
      expect(world.source('ptp.up').state).to.equal('unreachable');
      expect(world.state().mode).to.equal('tracking');
      expect(mistakeNs(world)).to.be.below(0.1 * MS);
    });
  }
});
