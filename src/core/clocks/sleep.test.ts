import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';
import { STEADY } from './bound-growth.js';
import type { ClockModel } from './clock-model.js';
import { afterSleep } from './sleep.js';

const MS = 1e6;
const HOUR_S = 3600;
const three = (world: ClosedLoop): SimulatedSource[] =>
  ['ntp.a', 'ntp.b', 'ntp.c'].map((id) => world.add({ id, delayNs: 2 * MS, jitterNs: 0.1 * MS }));

/** A machine that is synchronised to microseconds and then sleeps. */
function asleep({ rtcErrorNs = 300 * MS, core = {}, hours = 1 } = {}) {
  const world = new ClosedLoop({ slowPpb: 7000, core });
  const sources = three(world);
  world.run(60);
  const before = world.clock();
  world.actions.length = 0;
  world.sleep(hours * HOUR_S, rtcErrorNs);
  return { world, sources, before };
}

describe('after a sleep', () => {
  it('the time is uncertain by the error of the battery-backed clock, and the reason is reported', () => {
    const { world } = asleep();
    const { mode, reason } = world.state();
    expect(world.clock().boundNs).to.be.within(1300 * MS, 3000 * MS);
    expect(mode).to.equal('unsynchronised');
    expect(reason).to.include('the machine slept for 60 min; still learning ntp.a');
    expect(world.texts('clock')).to.deep.equal([
      'system may be wrong because the machine slept for 60 min; the sources are measured again',
    ]);
    expect(world.state().ntp.stratum).to.equal(16);
  });

  it('the mode is holdover if max-error permits that bound', () => {
    const { world } = asleep({ core: { maxErrorNs: 10e9 } });
    expect(world.state().mode).to.equal('holdover');
    expect(world.state().reason).to.include('the machine slept');
  });

  it('four replies restore the time, and true time is always within the bound', () => {
    const { world } = asleep();
    for (let second = 0; second < 60; second++) {
      const { offsetNs, boundNs } = world.clock();
      expect(Math.abs(offsetNs - world.thetaNs), `second ${second}`).to.be.below(boundNs);
      world.run(1);
      if (second === 5) expect(world.state().mode).to.equal('tracking');
    }
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
    expect(world.texts('source')).to.deep.equal([]);
  });

  it('the servo steps if the policy allows it', () => {
    const { world } = asleep();
    world.discipline({ updates: Number.POSITIVE_INFINITY });
    world.run(20);
    expect(Math.abs(world.thetaNs)).to.be.below(0.3 * MS);
    expect(world.texts('clock').at(-1)).to.match(/was stepped forward by 30\d ms/);
  });

  it("the uncertainty of the rate is that of the oscillator's wander", () => {
    const { world, before } = asleep();
    const { frequencyPpb, frequencySigmaPpb } = world.clock();
    expect(frequencyPpb).to.be.closeTo(before.frequencyPpb, 1e-6);
    expect(frequencySigmaPpb).to.be.within(before.frequencySigmaPpb + 100, 3000);
  });

  it('observations from before are dropped', () => {
    const { world } = asleep();
    const monotonic = world.stamp().monotonic - 2_000_000_000n;
    const leg = { kind: 'leg', clock: 'system', monotonic, stamp: 'kernel', noiseFloorNs: 100 } as const;
    const observations = [
      { ...leg, direction: 'outbound', transitNs: world.thetaNs - 300 * MS + 2 * MS } as const,
      { ...leg, direction: 'inbound', transitNs: -world.thetaNs + 300 * MS + 2 * MS } as const,
    ];
    for (let n = 0; n < 4; n++) world.accept({ type: 'report', id: 'ntp.a', observations });
    expect(world.source('ntp.a').offsetNs).to.be.NaN;
    world.run(20);
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
  });

  it('a source that is a falseticker only after it is outvoted', () => {
    const { world, sources } = asleep();
    sources[0]!.offsetNs = 50 * MS;
    world.run(20);
    expect(world.source('ntp.a').state).to.equal('rejected');
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.3 * MS);
  });

  it('a pulse is used again once the others have numbered it', () => {
    const world = new ClosedLoop({ slowPpb: 7000 });
    three(world);
    world.add({ id: 'pps.x', kind: 'pulse', jitterNs: 1000 });
    world.run(120);
    expect(world.source('pps.x').state).to.equal('combined');
    world.sleep(HOUR_S, 700 * MS);
    world.run(1);
    expect(world.source('pps.x').state).to.equal('warming');
    world.run(30);
    expect(world.source('pps.x').state).to.equal('combined');
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.05 * MS);
  });

  it('an unsynchronised hub stays unsynchronised', () => {
    const world = new ClosedLoop();
    world.sleep(HOUR_S, 0);
    expect(world.clock().boundNs).to.equal(Number.POSITIVE_INFINITY);
    expect(world.state().mode).to.equal('unsynchronised');
  });
});

describe('a clock model', () => {
  const model: ClockModel = {
    at: 0n,
    offsetNs: 5,
    sigmaNs: 100,
    slopePpb: 3,
    slopeSigmaPpb: 1,
    wander: 1e-18,
    distanceNs: 1000,
    ...STEADY,
    floorNs: 0,
  };

  it('is less certain of phase and rate after a longer sleep', () => {
    const [short, long] = [60e9, 86_400e9].map((ns) => afterSleep(model, ns));
    expect(short!.sigmaNs).to.be.within(400 * MS, 420 * MS);
    expect(long!.sigmaNs).to.be.above(4e9);
    expect(short!.slopeSigmaPpb).to.be.within(1, 30);
    expect(long!.slopeSigmaPpb).to.be.within(900, 1200);
    expect(long).to.include({ offsetNs: 5, slopePpb: 3 });
  });
});
