import { expect } from 'chai';
import type { TimeState } from '../../api/index.js';
import { accuracyCode } from '../../protocol/ptp/quality.js';
import { ClosedLoop, type ClosedLoopOptions, type SimulatedSource } from '../testing/closed-loop.js';

const GNSS = { stratum: 0, rootDispersionNs: 0, traceable: true, reference: 'GNSS', biasBoundNs: 11e3 } as const;
const FAR = { stratum: 2, rootDelayNs: 3e6, rootDispersionNs: 600e3, address: '192.0.2.44:123' } as const;
const NEAR = { stratum: 1, rootDispersionNs: 60e3, address: '192.0.2.7:123' } as const;
/** The least root dispersion that NTP states. */
const LEAST_NS = 1000;

const distanceNs = ({ ntp }: TimeState): number => ntp.rootDelayNs / 2 + ntp.rootDispersionNs;
const nameOf = ({ ntp }: TimeState): string => `${ntp.stratum} ${ntp.refid}`;

/** A box with an OCXO: a receiver with pulses, a near server and a far one. */
function site(options: ClosedLoopOptions = {}) {
  const world = new ClosedLoop({
    ...{ offsetNs: 3e6, slowPpb: 2000, wanderPpb: 2 },
    ...options,
    core: { maxErrorNs: 10e6, trackingErrorNs: 50e3, frequencyTolerancePpb: 10, ...options.core },
  });
  const pulse = { kind: 'pulse', numbered: true, jitterNs: 1e3, path: 'pps' } as const;
  const receiver = world.add({ id: 'gpsd.gnss', ...pulse }, {}, GNSS);
  const near = world.add({ id: 'ntp.near', delayNs: 200e3, jitterNs: 10e3, everyNs: 2e9 }, {}, NEAR);
  const far = world.add({ id: 'ntp.far', delayNs: 20e6, jitterNs: 1e6, everyNs: 4e9 }, {}, FAR);
  world.run(150);
  return { world, receiver, near, far };
}

/** Runs on and calls `look` twice a second. */
function watch(world: ClosedLoop, seconds: number, look: (state: TimeState) => void): void {
  for (let moment = 0; moment < seconds * 2; moment++) {
    world.run(1 / 2);
    look(world.state());
  }
}

/** Compares each moment with the one before: one bound for all, and in holdover it only grows. */
function consistencyCheck(): (state: TimeState) => void {
  let before: TimeState | undefined;
  return (state) => {
    const { boundNs } = state.clocks[0]!;
    if (state.ntp.stratum < 16) expect(distanceNs(state)).to.be.closeTo(Math.max(boundNs, LEAST_NS), 1e-3);
    if (state.mode !== 'unsynchronised') expect(state.ptp.clockAccuracy).to.equal(accuracyCode(boundNs));
    expect(state.ntp.stratum === 16).to.equal(state.mode === 'unsynchronised');
    if (before?.mode === 'holdover' && state.mode === 'holdover') {
      expect(nameOf(state)).to.equal(nameOf(before));
      expect(distanceNs(state)).to.be.at.least(distanceNs(before));
      expect(Number(state.ntp.referenceTime - before.ntp.referenceTime)).to.be.closeTo(0, 1e6);
    }
    before = state;
  };
}

describe('the served time when sources fall silent one after the other', function () {
  this.timeout(60_000);

  it('is the same in whichever order they are missed', () => {
    for (const order of [
      ['gpsd.gnss', 'ntp.near', 'ntp.far'],
      ['ntp.far', 'ntp.near', 'gpsd.gnss'],
      ['ntp.near', 'gpsd.gnss', 'ntp.far'],
    ]) {
      const { world, ...all } = site();
      const check = consistencyCheck();
      expect(nameOf(world.state()), 'before').to.equal('1 PPS');
      for (const source of Object.values(all)) (source as SimulatedSource).alive = false;
      for (const id of order) {
        world.accept({ type: 'unreachable', id, reason: 'is silent' });
        watch(world, 12, (state) => {
          check(state);
          expect(nameOf(state), order.join(', ')).to.equal('1 PPS');
        });
      }
      expect(world.state()).to.include({ mode: 'holdover' });
      expect(world.clock().boundNs).to.be.below(30e3);
      expect(world.state().ptp.clockClass).to.equal(7);
    }
  });

  it('goes from within specification over out of it to unsynchronised, by one bound', () => {
    const { world, ...all } = site({ core: { maxErrorNs: 200e3 } });
    for (const source of Object.values(all)) world.kill(source);
    const check = consistencyCheck();
    const seen = new Set<string>();
    watch(world, 1000, (state) => {
      check(state);
      seen.add(`${state.mode} ${state.ntp.leap} ${nameOf(state)} class ${state.ptp.clockClass}`);
      const { boundNs } = state.clocks[0]!;
      if (state.mode === 'holdover') expect(state.ptp.clockClass).to.equal(boundNs <= 50e3 ? 7 : 52);
    });
    expect([...seen]).to.deep.equal([
      'holdover none 1 PPS class 7',
      'holdover none 1 PPS class 52',
      'unsynchronised unknown 16 INIT class 248',
    ]);
  });

  it('names a worse source that remains once it counts, without a jump of the root distance', () => {
    const { world, receiver, near } = site();
    const check = consistencyCheck();
    world.kill(receiver);
    world.kill(near);
    const names: string[] = [];
    let before = distanceNs(world.state());
    watch(world, 800, (state) => {
      check(state);
      if (names.at(-1) !== nameOf(state)) names.push(nameOf(state));
      expect(Math.abs(distanceNs(state) - before)).to.be.below(1e6);
      before = distanceNs(state);
    });
    expect(names).to.deep.equal(['1 PPS', '3 192.0.2.44']);
  });

  it('has no later reference time after a source that comes and goes', () => {
    const { world, receiver, near, far } = site();
    for (const source of [receiver, near, far]) world.kill(source);
    const { referenceTime } = world.state().ntp;
    const check = consistencyCheck();
    for (let round = 0; round < 10; round++) {
      far.alive = true;
      watch(world, 5, check);
      world.kill(far);
      watch(world, 5, check);
    }
    expect(nameOf(world.state())).to.equal('1 PPS');
    expect(Number(world.state().ntp.referenceTime - referenceTime)).to.be.closeTo(0, 1e6);
  });

  it('keeps true time within the bound when a source returns', () => {
    const { world, receiver, near, far } = site();
    for (const source of [receiver, near, far]) world.kill(source);
    const check = consistencyCheck();
    world.run(500);
    far.alive = true;
    watch(world, 300, (state) => {
      check(state);
      expect(Math.abs(state.clocks[0]!.offsetNs - world.thetaNs)).to.be.below(state.clocks[0]!.boundNs);
    });
    receiver.alive = true;
    watch(world, 300, check);
    expect(nameOf(world.state())).to.equal('1 PPS');
    expect(world.state()).to.include({ mode: 'tracking' });
    expect(world.clock().boundNs).to.be.below(20e3);
  });

  it('stays consistent over steps and slews', () => {
    const { world, receiver, near, far } = site();
    world.discipline({ maxSlewPpb: 5000 });
    for (const source of [receiver, near, far]) world.kill(source);
    const check = consistencyCheck();
    watch(world, 100, check);
    world.stepByAnotherProgram(2e6);
    watch(world, 200, check);
    world.accept({ type: 'stepped', clock: 'system', deltaNs: 0.5e6, byUs: true });
    world.thetaNs -= 0.5e6;
    watch(world, 100, check);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(world.clock().boundNs);
  });

  it('has a growing bound also while a source is heard that may not be used', () => {
    const { world, receiver, near, far } = site();
    world.accept({ type: 'source', id: 'ntp.near', options: { ...world.plain, noselect: true } });
    watch(world, 60, consistencyCheck());
    world.kill(receiver);
    world.kill(far);
    const check = consistencyCheck();
    watch(world, 500, check);
    expect(near.alive).to.equal(true);
    expect(world.state().mode).to.equal('holdover');
  });

  it('keeps the bound of a source that reports that it has lost its time', () => {
    const { world, receiver, near } = site();
    world.kill(receiver);
    world.run(800);
    const before = distanceNs(world.state());
    expect(nameOf(world.state())).to.equal('2 192.0.2.7');
    near.alive = false;
    world.claim('ntp.near', { ...NEAR, synchronised: false, stratum: 16 });
    world.run(5);
    expect(distanceNs(world.state())).to.be.below(2 * before);
    expect(nameOf(world.state())).to.equal('3 192.0.2.44');
  });
});
