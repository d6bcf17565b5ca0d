import { expect } from 'chai';
import { BUILT_AT, type Observation } from '../../api/index.js';
import { createClock } from '../clocks/clock.js';
import { ClosedLoop } from '../testing/closed-loop.js';
import { implausibleDate } from './implausible-date.js';

const DAY_NS = 86_400e9;
const YEAR_NS = 365.25 * DAY_NS;
const at = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const NOW = at('2026-11-21T10:00:00Z');
const FROM_1970 = Number(at('2026-11-21') - at('1970-01-01'));

const common = { clock: 'system', monotonic: 100n, stamp: 'kernel', noiseFloorNs: 100 } as const;
const reading = (offsetNs: number): Observation => ({ ...common, kind: 'reading', offsetNs });

function judged(observation: Observation, local: bigint = NOW): string | undefined {
  const clock = { ...createClock('system', 'utc', 0n), reading: { time: local, monotonic: 100n } };
  return implausibleDate(observation, clock, BUILT_AT);
}

describe('a date', () => {
  it('is refused if it is before the build of this program, for each kind of observation', () => {
    const expected = /^has the date 1970-01-01, before this program was built \(2026-01-01\): refused$/;
    expect(judged(reading(-FROM_1970 - 10 * 3600e9))).to.match(expected);
    const leg = { ...common, kind: 'leg' } as const;
    expect(judged({ ...leg, direction: 'outbound', transitNs: -FROM_1970 })).to.match(expected);
    expect(judged({ ...leg, direction: 'inbound', transitNs: FROM_1970 })).to.match(expected);
    expect(judged(reading(-2e9), BUILT_AT + 1_000_000_000n)).to.contain('has the date 2025-12-31');
  });

  it("is accepted if it can be today's, whatever the machine's date is", () => {
    expect(judged(reading(1e6))).to.equal(undefined);
    expect(judged(reading(Number(NOW)), 0n)).to.equal(undefined);
    expect(judged(reading(-30 * YEAR_NS), NOW + BigInt(30 * YEAR_NS))).to.equal(undefined);
    expect(judged(reading(10 * YEAR_NS))).to.equal(undefined);
  });

  it('is refused an era of GPS weeks ahead, unless the machine has that date, too', () => {
    expect(judged(reading(20 * YEAR_NS))).to.match(
      /^has the date 2046-11-21, more than 1024 weeks after .* at 2026-11-21: refused$/,
    );
    expect(judged(reading(1e9), NOW + BigInt(25 * YEAR_NS))).to.equal(undefined);
    expect(judged(reading(1e22)), 'no date of four digits').to.contain('9999-12-31');
  });

  it("is refused near NTP's zero, unless the machine has no date of its own", () => {
    const zero = Number(at('2036-02-07T06:28:16Z') - NOW);
    expect(judged(reading(zero + 3600e9))).to.match(
      /^has the date 2036-02-07, .* at 2026-11-21: it was never set, refused$/,
    );
    expect(judged(reading(zero - 3600e9))).to.equal(undefined);
    expect(judged(reading(zero + 40 * DAY_NS))).to.equal(undefined);
    expect(judged(reading(Number(NOW) + zero + 3600e9), 0n)).to.equal(undefined);
    expect(judged(reading(3600e9), NOW + BigInt(zero))).to.equal(undefined);
  });

  it('is not known for a pulse, a rate, a comparison of two clocks, or a clock without a reading', () => {
    const offsetNs = -FROM_1970;
    expect(judged({ ...common, kind: 'pulse', edge: 0n, periodNs: 1e9, numberedOffsetNs: offsetNs })).to.equal(
      undefined,
    );
    expect(judged({ ...common, kind: 'rate', frequencyPpb: 1, noisePpb: 1 })).to.equal(undefined);
    expect(judged({ ...common, kind: 'reading', versus: 'phc:eth0', offsetNs })).to.equal(undefined);
    expect(judged(reading(Number.NaN))).to.equal(undefined);
    expect(implausibleDate(reading(offsetNs), createClock('system', 'utc', 0n), BUILT_AT)).to.equal(undefined);
  });
});

describe('a source with a date before this program was built', () => {
  const core = { builtAt: BUILT_AT };
  const lost = -FROM_1970;

  for (const kind of ['exchange', 'reading', 'pulse'] as const)
    it(`is rejected, gives no time and no leap second (${kind})`, () => {
      const world = new ClosedLoop({ core, epochNs: NOW });
      world.discipline({ panicAtStart: false });
      world.add({ id: 'x.lost', kind, numbered: true, offsetNs: lost }, {}, { taiMinusUtc: 10, leap: 'insert' });
      world.run(30);
      expect(world.source('x.lost')).to.include({ state: 'rejected', weight: 0 });
      expect(world.source('x.lost').reason).to.contain('has the date 1970-01-0');
      expect(world.state()).to.include({ mode: 'unsynchronised' });
      expect(world.state().reason).to.contain('x.lost rejected: has the date 1970-01-0');
      expect(world.state().leap).to.include({ taiMinusUtc: 37, pending: 'none' });
      expect(world.actions.filter(({ action }) => action.type !== 'event')).to.deep.equal([]);
    });

  it('has no vote beside two sources with the right date, or beside one', () => {
    for (const ids of [['ntp.a'], ['ntp.a', 'ntp.b']]) {
      const world = new ClosedLoop({ core, epochNs: NOW });
      for (const id of ['ntp.lost1', 'ntp.lost2']) world.add({ id, offsetNs: lost });
      for (const id of ids) world.add({ id });
      world.run(20);
      expect(world.state().mode).to.equal('tracking');
      expect(world.source('ntp.lost1').state).to.equal('rejected');
      expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(1e6);
    }
  });

  it('is used once its date is right', () => {
    const world = new ClosedLoop({ core, epochNs: NOW });
    const source = world.add({ id: 'ntp.a', offsetNs: lost });
    world.run(30);
    source.offsetNs = 0;
    world.run(10);
    expect(world.source('ntp.a')).to.include({ state: 'combined', weight: 1 });
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(1e6);
  });

  it('does not move the clock when it loses its date later; a single odd stamp is dropped', () => {
    const world = new ClosedLoop({ core, epochNs: NOW });
    const source = world.add({ id: 'ntp.a' });
    world.run(30);
    source.offsetNs = lost;
    world.run(1);
    expect(world.source('ntp.a').state).to.equal('combined');
    world.run(5);
    expect(world.source('ntp.a').state).to.equal('rejected');
    expect(world.state().mode).to.equal('holdover');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(1e6);
    expect(world.clock().boundNs).to.be.within(1e6, 10e6);
  });

  it('does not prevent a receiver from numbering its own pulses', () => {
    const world = new ClosedLoop({ core, epochNs: NOW });
    world.add({ id: 'ntp.lost', offsetNs: lost });
    world.add({ id: 'gpsd.g', kind: 'pulse', numbered: true });
    world.run(20);
    expect(world.source('gpsd.g').state).to.equal('combined');
  });

  it('is used if it is right and the machine itself is in 1970', () => {
    const world = new ClosedLoop({ core, epochNs: NOW, offsetNs: FROM_1970 });
    world.add({ id: 'ntp.a' });
    world.add({ id: 'ntp.lost', offsetNs: lost });
    world.run(20);
    expect(world.source('ntp.a').state).to.equal('combined');
    expect(world.source('ntp.lost').state).to.equal('rejected');
  });
});
