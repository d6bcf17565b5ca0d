import { expect } from 'chai';
import type { ClockId } from '../../api/index.js';
import { createEstimator } from '../estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../leap/leap-seconds.js';
import { ClosedLoop, CORE_OPTIONS, type SimulatedSource } from '../testing/closed-loop.js';
import { createEngine } from './engine.js';

const MS = 1e6;
const three = (world: ClosedLoop): SimulatedSource[] =>
  ['ntp.a', 'ntp.b', 'ntp.c'].map((id) => world.add({ id, delayNs: 2 * MS, jitterNs: 0.1 * MS }));
/** Returns the largest error of the clock itself in the next seconds. */
const worst = (world: ClosedLoop, seconds: number): number => {
  let largest = 0;
  for (let i = 0; i < seconds; i++) {
    world.run(1);
    largest = Math.max(largest, Math.abs(world.thetaNs));
  }
  return largest;
};

describe('engine', () => {
  it('brings a clock that is 0.5 s and 50 ppm off within 1 ms in 30 s, and keeps it there', () => {
    const world = new ClosedLoop({ offsetNs: 500 * MS, slowPpb: 50_000 });
    three(world);
    world.discipline();
    world.run(30);
    expect(worst(world, 60)).to.be.below(MS);
    expect(world.state().mode).to.equal('tracking');
    expect(world.clock().frequencyPpb).to.be.closeTo(50_000, 2000);
    expect(world.clock().steered).to.equal(true);
    expect(world.texts('clock')).to.deep.equal(['system was stepped forward by 500 ms']);
  });

  it('reaches tracking within 10 s with polls of a second', () => {
    const world = new ClosedLoop({ offsetNs: 500 * MS, slowPpb: 50_000 });
    three(world);
    world.run(5);
    expect(world.state().mode).to.equal('tracking');
  });

  it('slews without overshoot if a step is not allowed', () => {
    const world = new ClosedLoop({ offsetNs: 20 * MS });
    three(world);
    world.discipline({ updates: 0, thresholdNs: 1 * MS, maxSlewPpb: 500_000 });
    let lowest = 0;
    for (let i = 0; i < 100; i++) {
      world.run(1);
      lowest = Math.min(lowest, world.thetaNs);
    }
    expect(Math.abs(world.thetaNs)).to.be.below(0.1 * MS);
    expect(lowest).to.be.above(-0.2 * MS);
    expect(world.actions.some(({ action }) => action.type === 'step')).to.equal(false);
  });

  it('is in holdover while all sources are silent, and tracks again when they return', () => {
    const world = new ClosedLoop({ slowPpb: 7000, core: { maxErrorNs: 10 * MS } });
    const sources = three(world);
    world.run(60);
    const before = world.state();
    expect(before.ntp.stratum).to.equal(2);
    world.kill(sources[0]!);
    world.run(5);
    expect(world.state().mode).to.equal('tracking');
    for (const source of sources) world.kill(source);
    expect(world.state().mode).to.equal('holdover');
    expect(world.state().reason).to.include('ntp.a: no answer to the last 4 requests');
    world.run(100);
    const held = world.state();
    expect(held.mode).to.equal('holdover');
    expect(held.clocks[0]!.sigmaNs).to.be.above(before.clocks[0]!.sigmaNs);
    expect(held.clocks[0]!.boundNs).to.be.above(before.clocks[0]!.boundNs);
    expect(held.clocks[0]!.boundNs).to.be.above(Math.abs(held.clocks[0]!.offsetNs - world.thetaNs));
    expect(held.ntp.rootDelayNs / 2 + held.ntp.rootDispersionNs).to.be.closeTo(held.clocks[0]!.boundNs, 1);
    expect(held.ntp).to.include({ stratum: before.ntp.stratum, refid: before.ntp.refid });
    world.run(20_000);
    expect(world.state().mode).to.equal('unsynchronised');
    expect(world.state().ntp).to.include({ stratum: 16, leap: 'unknown' });
    for (const source of sources) source.alive = true;
    world.run(10);
    expect(world.state().mode).to.equal('tracking');
    expect(world.state().ntp.stratum).to.equal(2);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.5 * MS);
  });

  it('keeps its time when the sources begin to contradict each other', () => {
    const world = new ClosedLoop({ slowPpb: 3000 });
    const [a, b, c] = three(world);
    world.run(60);
    world.kill(c!);
    a!.offsetNs = 70 * MS;
    b!.offsetNs = -70 * MS;
    world.run(60);
    expect(world.state().mode).to.equal('holdover');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(20 * MS);
  });

  it('keeps the time when another program steps the clock', () => {
    const world = new ClosedLoop({ slowPpb: 7000 });
    three(world);
    world.run(60);
    world.stepByAnotherProgram(-3200 * MS);
    world.run(1);
    expect(world.state().mode).to.equal('tracking');
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
    expect(world.texts('clock')).to.deep.equal([
      'system was stepped back by 3.2 s by another program; the estimate was moved with it',
    ]);
    world.run(10);
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
    expect(world.texts('source').length).to.equal(3);
  });

  it('drops observations whose stamps may be from before the step or after it', () => {
    const world = new ClosedLoop();
    three(world);
    world.run(60.95);
    world.stepByAnotherProgram(-3200 * MS);
    const monotonic = world.stamp().monotonic - 1_000_000n;
    const leg = { kind: 'leg', clock: 'system', monotonic, stamp: 'kernel', noiseFloorNs: 100 } as const;
    const observations = [
      { ...leg, direction: 'outbound', transitNs: world.thetaNs + 2 * MS } as const,
      { ...leg, direction: 'inbound', transitNs: -world.thetaNs + 2 * MS } as const,
    ];
    world.accept({ type: 'report', id: 'ntp.a', observations });
    expect(world.source('ntp.a').offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
    expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
  });

  it('shows the estimate at the moment of the stamps', () => {
    const world = new ClosedLoop({ slowPpb: 50_000 });
    three(world);
    world.run(60);
    const before = world.clock();
    world.sources.length = 0;
    world.run(0.4);
    const after = world.clock();
    expect(after.offsetNs - before.offsetNs).to.be.closeTo(20_000, 2000);
    expect(after.slopePpb).to.be.closeTo(50_000, 5000);
    expect(world.source('ntp.a').offsetNs - world.clock().offsetNs).to.be.closeTo(0, 50_000);
    expect(Number(after.reading - before.reading)).to.be.closeTo(0.4e9 - 20_000, 5);
  });

  it('leaves the clock alone beyond the panic limit and reports it once', () => {
    const world = new ClosedLoop();
    three(world);
    world.discipline({ panicNs: 1000 * MS });
    world.run(60);
    world.stepByAnotherProgram(-5000 * MS);
    world.actions.length = 0;
    world.run(60);
    expect(world.actions.filter(({ action }) => action.type !== 'event')).to.deep.equal([]);
    expect(world.texts('clock').length).to.equal(1);
    expect(world.texts('clock')[0]).to.include('5 s slow, more than the panic limit of 1 s');
    expect(world.engine.decision('system')).to.include('left alone');
  });

  it("reports the host's refusal once and goes on observing", () => {
    const world = new ClosedLoop({ offsetNs: 500 * MS });
    world.refuses = 'this process lacks CAP_SYS_TIME';
    three(world);
    world.discipline();
    world.run(60);
    expect(world.texts('clock')).to.deep.equal(['system the clock could not be set: this process lacks CAP_SYS_TIME']);
    expect(world.engine.decision('system')).to.include('CAP_SYS_TIME');
    expect(world.clock().offsetNs).to.be.closeTo(500 * MS, 0.5 * MS);
  });

  it('keeps true time within the bound, and about a sigma from the estimate', () => {
    const world = new ClosedLoop({ offsetNs: 30 * MS, slowPpb: 20_000, wanderPpb: 1 });
    three(world);
    world.run(300);
    let squares = 0;
    for (let i = 0; i < 600; i++) {
      world.run(1);
      const { offsetNs, sigmaNs, boundNs } = world.clock();
      expect(Math.abs(offsetNs - world.thetaNs)).to.be.below(boundNs);
      squares += ((offsetNs - world.thetaNs) / sigmaNs) ** 2;
    }
    expect(Math.sqrt(squares / 600)).to.be.within(0.3, 2);
  });

  it('replays the same inputs to the same states, bit for bit', () => {
    const world = new ClosedLoop({ offsetNs: 500 * MS, slowPpb: 50_000, wanderPpb: 1 });
    const [a] = three(world);
    world.add({ id: 'ntp.liar', offsetNs: 50 * MS });
    world.discipline();
    world.run(40);
    world.kill(a!);
    world.accept({ type: 'discontinuity', id: 'ntp.b', reason: 'was set', jumpNs: 20 * MS });
    world.run(20);
    world.sleep(600, 200 * MS);
    world.run(20);
    const replayed = createEngine(CORE_OPTIONS, createEstimator(), EMBEDDED_LEAP_TABLE);
    const actions = world.inputs.flatMap((input) => {
      replayed.state([]);
      return replayed.accept(input);
    });
    expect(actions).to.deep.equal(world.actions.map(({ action }) => action));
    expect(replayed.state([world.stamp()])).to.deep.equal(world.state());
  });

  it('reports a server that comes back unsynchronised', () => {
    const world = new ClosedLoop();
    const [a] = three(world);
    world.run(30);
    world.kill(a!);
    expect(world.source('ntp.a').state).to.equal('unreachable');
    world.claim('ntp.a', { synchronised: false });
    expect(world.source('ntp.a')).to.include({
      state: 'rejected',
      reason: 'answers, but says that it is not synchronised itself',
    });
  });

  it("applies the operator's correction to the estimate", () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a', offsetNs: -5 * MS }, { offsetNs: 5 * MS });
    world.run(30);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
  });

  it('adds the stated asymmetry to the bound', () => {
    const bounds = [0, 3 * MS].map((asymmetryNs) => {
      const world = new ClosedLoop();
      world.add({ id: 'ntp.a' }, { asymmetryNs });
      world.run(30);
      return world.clock().boundNs;
    });
    expect(bounds[1]! - bounds[0]!).to.be.closeTo(3 * MS, 0.1 * MS);
  });

  it('reads references on other timescales through TAI − UTC', () => {
    for (const [scale, aheadNs] of [
      ['tai', 37e9],
      ['gps', 18e9],
      ['utc', 0],
    ] as const) {
      const engine = createEngine(CORE_OPTIONS, createEstimator(), EMBEDDED_LEAP_TABLE);
      const clock: ClockId = 'system';
      engine.accept({ type: 'clock', clock, frequencyPpb: 0, maxPpb: 500_000, monotonic: 1n });
      for (let i = 1; i <= 20; i++) {
        const monotonic = BigInt(i) * 1_000_000_000n;
        const reading = { kind: 'reading', clock, monotonic, stamp: 'kernel', noiseFloorNs: 100, scale } as const;
        const observations = [{ ...reading, offsetNs: aheadNs + 250 }];
        engine.accept({ type: 'report', id: 'x.y', observations, monotonic });
      }
      expect(engine.state([]).clocks[0]!.offsetNs, scale).to.be.closeTo(250, 50);
    }
  });

  for (const kernel of ['inserts it too', 'knows nothing of it'])
    it(`passes a leap second, when the kernel ${kernel}`, () => {
      const epochNs = BigInt(Date.parse('2016-12-31T23:59:00Z')) * 1_000_000n;
      const world = new ClosedLoop({ epochNs, slowPpb: 5000, offsetNs: 0.01 * MS });
      three(world);
      if (kernel === 'inserts it too') world.discipline({ updates: Number.POSITIVE_INFINITY });
      world.run(50);
      expect(world.state().leap).to.include({ pending: 'insert', taiMinusUtc: 36 });
      world.run(10);
      world.insertLeapSecond();
      if (kernel === 'inserts it too') world.stepByAnotherProgram(-1000 * MS);
      const [late] = world.sources;
      late!.offsetNs = 1000 * MS;
      world.run(0.8);
      late!.offsetNs = 0;
      world.run(0.7);
      expect(world.state().mode).to.not.equal('unsynchronised');
      world.run(20);
      expect(world.state().leap).to.include({ pending: 'none', taiMinusUtc: 37 });
      expect(world.clock().offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
      expect(Math.round(world.thetaNs / 1e9)).to.equal(kernel === 'inserts it too' ? 0 : -1);
      expect(world.actions.some(({ action }) => action.type === 'step')).to.equal(false);
      expect(world.texts('source').length).to.equal(3);
      expect(world.texts('leap')).to.include('utc a leap second was inserted');
    });

  it('shows an unknown clock without an estimate', () => {
    const world = new ClosedLoop();
    expect(world.clock()).to.include({ id: 'system', offsetNs: 0, boundNs: Number.POSITIVE_INFINITY, steered: false });
    expect(world.state().reason).to.equal('there is no source');
    expect(world.engine.decision('system')).to.equal('is observed and not steered');
  });

  it('brings the time of a PTP hardware clock to the system clock, across timescales', () => {
    const engine = createEngine(CORE_OPTIONS, createEstimator(), EMBEDDED_LEAP_TABLE);
    const phc: ClockId = 'phc:eth0';
    for (const clock of ['system', phc] as const)
      engine.accept({ type: 'clock', clock, frequencyPpb: 0, maxPpb: 500_000, monotonic: 1n });
    for (let i = 1; i <= 30; i++) {
      const monotonic = BigInt(i) * 1_000_000_000n;
      const legs = (['outbound', 'inbound'] as const).map((direction) => ({
        kind: 'leg' as const,
        clock: phc,
        monotonic,
        stamp: 'hardware' as const,
        noiseFloorNs: 10,
        scale: 'tai' as const,
        direction,
        transitNs: (direction === 'outbound' ? 400 : -400) + 5000 + ((i * 7) % 5),
      }));
      engine.accept({ type: 'report', id: 'ptp.eth0', observations: legs, monotonic });
      const common = { clock: 'system', monotonic, stamp: 'kernel', noiseFloorNs: 50 } as const;
      const offsetNs = 37e9 + 250_000 + ((i * 3) % 7);
      engine.accept({
        type: 'report',
        id: 'phc.eth0',
        observations: [{ ...common, kind: 'reading', versus: phc, offsetNs, noiseNs: 50 }],
        monotonic,
      });
    }
    const [system, hardware] = engine.state([]).clocks;
    expect(hardware!.offsetNs).to.be.closeTo(400, 50);
    expect(system!.offsetNs).to.be.closeTo(250_400, 100);
    expect(engine.state([]).sources.map(({ id, state }) => `${id} ${state}`)).to.deep.equal([
      'ptp.eth0 combined',
      'phc.eth0 combined',
    ]);
    expect(engine.state([]).mode).to.equal('tracking');
  });

  it('removes a source that is gone and keeps the time', () => {
    const world = new ClosedLoop({ slowPpb: 3000 });
    const only = world.add({ id: 'ntp.a' });
    world.run(60);
    only.alive = false;
    world.accept({ type: 'source-gone', id: 'ntp.a' });
    world.run(30);
    expect(world.state().sources).to.deep.equal([]);
    expect(world.state().mode).to.equal('holdover');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.5 * MS);
  });
});
