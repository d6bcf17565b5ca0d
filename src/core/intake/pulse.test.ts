import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;
const GNSS = { stratum: 0, traceable: true, reference: 'GNSS', biasBoundNs: 200 * MS, rootDispersionNs: 0 };
const coarse = (world: ClosedLoop, more: Partial<SimulatedSource> = {}): SimulatedSource => {
  const source: Partial<SimulatedSource> = { path: 'toff', kind: 'reading', offsetNs: -120 * MS, jitterNs: 5 * MS };
  return world.add({ id: 'gpsd.r', ...source, claims: GNSS, ...more }, {}, GNSS);
};
/** Like gpsd, the source claims the bias bound of the kind of observation that follows. */
const pulses = (world: ClosedLoop, more: Partial<SimulatedSource> = {}): SimulatedSource => {
  const claims = { ...GNSS, biasBoundNs: 5e3 };
  return world.add({ id: 'gpsd.r', path: 'pps', kind: 'pulse', jitterNs: 1e3, claims, ...more }, {}, claims);
};
const servers = (world: ClosedLoop): SimulatedSource[] =>
  ['ntp.a', 'ntp.b', 'ntp.c'].map((id) => world.add({ id, delayNs: 12 * MS, jitterNs: MS }));

describe('pulses', () => {
  it('have no vote and do not number the second', () => {
    const world = new ClosedLoop({ offsetNs: 3300 * MS });
    pulses(world);
    world.run(20);
    expect(world.state().mode).to.equal('unsynchronised');
    expect(world.source('gpsd.r').state).to.equal('warming');
    expect(world.source('gpsd.r').reason).to.include('which second');
  });

  it('are admitted once a coarse reading of the same receiver numbers the second, and outweigh it', () => {
    const world = new ClosedLoop({ offsetNs: 3300 * MS });
    coarse(world);
    pulses(world);
    world.run(60);
    expect(world.source('gpsd.r').state).to.equal('combined');
    expect(world.source('gpsd.r').weight).to.be.closeTo(1, 1e-6);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.1 * MS);
    expect(world.state().ntp).to.include({ stratum: 1, refid: 'PPS' });
    expect(world.state().ptp.clockClass).to.equal(6);
  });

  it('leave the servers that number the second with negligible shares', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS });
    servers(world);
    pulses(world);
    world.run(120);
    const states = world.state().sources.map(({ state }) => state);
    expect(states).to.deep.equal(['agrees', 'agrees', 'agrees', 'combined']);
    expect(world.source('ntp.a').reason).to.include('its share is negligible beside gpsd.r');
    expect(world.state().reason).to.equal('follows gpsd.r, which ntp.a, ntp.b and ntp.c confirm');
  });

  it('have the second numbered by a coarse source of another device', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS });
    world.add({ id: 'nmea.n', kind: 'reading', jitterNs: 5 * MS }, {}, GNSS);
    pulses(world);
    world.run(60);
    expect(world.source('nmea.n')).to.include({
      state: 'numbering',
      reason: 'numbers the seconds for gpsd.r and is too coarse to have a share itself',
    });
  });

  it('have a bound of their own, not that of the reading that numbers them', () => {
    const bounds = [true, false].map((beside) => {
      const world = new ClosedLoop({ offsetNs: 300 * MS });
      if (beside) coarse(world);
      pulses(world, { numbered: true });
      world.run(600);
      return world.clock().boundNs;
    });
    expect(bounds[0]).to.be.below(0.1 * MS);
    expect(bounds[0]).to.be.above(5e3).and.closeTo(bounds[1]!, 1e3);
  });

  it('are used by their own number if there is no other source', () => {
    const world = new ClosedLoop({ offsetNs: 3300 * MS });
    pulses(world, { numbered: true });
    world.run(20);
    expect(world.state().mode).to.equal('tracking');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
  });

  it('are not used by their own number while a voter is being learnt', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS });
    servers(world);
    pulses(world, { numbered: true, offsetNs: -1e9, everyNs: 1e9 });
    world.run(2.5);
    expect(world.source('gpsd.r').offsetNs).to.be.NaN;
    expect(world.state().mode).to.equal('unsynchronised');
  });

  it('are numbered by the vote if their own number contradicts it, and the reason says so', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS });
    servers(world);
    pulses(world, { numbered: true, offsetNs: -1e9 });
    world.run(60);
    expect(world.source('gpsd.r').state).to.equal('combined');
    expect(world.source('gpsd.r').reason).to.include(
      'numbers its pulses 1 s too low; the other sources decide the second',
    );
    expect(world.texts('source').filter((text) => text.includes('numbers its pulses')).length).to.equal(1);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.1 * MS);
  });

  it('are rejected if their phase contradicts the voters', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS });
    servers(world);
    pulses(world, { offsetNs: 200 * MS });
    world.run(30);
    expect(world.source('gpsd.r').state).to.equal('rejected');
    expect(world.source('gpsd.r').reason).to.match(/^disagrees with ntp\.a, ntp\.b and ntp\.c by 200 ms/);
  });

  it('go on carrying the estimate when the sources that numbered the second are gone', () => {
    const world = new ClosedLoop({ offsetNs: 300 * MS, slowPpb: 5000 });
    const voters = servers(world);
    pulses(world);
    world.run(60);
    for (const voter of voters) world.kill(voter);
    world.run(60);
    expect(world.state().mode).to.equal('tracking');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.1 * MS);
  });
});
