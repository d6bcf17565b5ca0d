import { expect } from 'chai';
import { cleanText, type Stamp } from 'timehub/api';
import type { TimeOffset } from 'timehub/protocol/gpsd';
import { eventInstant, pulseOf, readingOf } from './sample.js';

const SECOND = 1_795_253_601_000_000_000n;
const sample = (more: Partial<TimeOffset> = {}): TimeOffset => ({
  class: 'PPS',
  device: cleanText('/dev/ttyS1'),
  real: SECOND,
  clock: SECOND + 2500n,
  precisionLog2: -20,
  qErrPs: undefined,
  ...more,
});
const options = { precisionNs: undefined, serialDelayNs: 350e6 };

describe('a pulse', () => {
  it('is positive where the clock is slow', () => {
    expect(pulseOf(sample(), 0n, options).observation.numberedOffsetNs).to.equal(-2500);
    expect(pulseOf(sample({ clock: SECOND - 400n }), 0n, options).observation.numberedOffsetNs).to.equal(400);
  });

  it('is moved by its quantisation error, as u-blox reports it: stamp + qErr is the true edge', () => {
    const { observation } = pulseOf(sample({ qErrPs: -2400 }), 0n, options);
    expect(observation.edge).to.equal(SECOND + 2498n);
    expect(observation.numberedOffsetNs).to.be.closeTo(-2497.6, 1e-9);
  });

  it('has the precision that gpsd states, within limits, or that of the configuration', () => {
    const floor = (precisionLog2: number | undefined, precisionNs?: number): number =>
      pulseOf(sample({ precisionLog2 }), 0n, { ...options, precisionNs }).observation.noiseFloorNs;
    expect(floor(-20)).to.be.closeTo(953.7, 0.1);
    expect(floor(-10)).to.be.closeTo(976_562.5, 0.1);
    expect(floor(-60)).to.equal(50);
    expect(floor(3)).to.equal(10e6);
    expect(floor(undefined)).to.be.closeTo(953.7, 0.1);
    expect(floor(-10, 300)).to.equal(300);
  });

  it('has class kernel only if it is precise to a microsecond', () => {
    const fine = pulseOf(sample({ precisionLog2: -20 }), 0n, options);
    const coarse = pulseOf(sample({ precisionLog2: -10 }), 0n, options);
    expect([fine.observation.stamp, coarse.observation.stamp]).to.deep.equal(['kernel', 'user']);
    expect(coarse.biasBoundNs).to.be.above(50 * fine.biasBoundNs);
  });
});

describe('serial time', () => {
  it('is corrected for the expected delay, and its bound covers none and twice that delay', () => {
    for (const lateNs of [0, 60e6, 350e6, 700e6]) {
      const { observation, biasBoundNs } = readingOf(
        sample({ class: 'TOFF', clock: SECOND + BigInt(lateNs) }),
        0n,
        options,
      );
      expect(Math.abs(observation.offsetNs), `${lateNs} ns late`).to.be.at.most(biasBoundNs);
    }
  });
});

describe('the instant of a stamp', () => {
  const now: Stamp = { clock: 'system', time: SECOND + 100_000_000n, monotonic: 7_000_000_000n, by: 'user' };

  it('has the same age on the monotonic clock as on the system clock', () => {
    expect(eventInstant(sample({ clock: SECOND }), now)).to.equal(6_900_000_000n);
  });

  it('is unknown if the clock was set since, or the stamp is of another clock', () => {
    expect(eventInstant(sample({ clock: SECOND + 100_000_001n }), now)).to.equal(undefined);
    expect(eventInstant(sample({ clock: SECOND - 4_900_000_001n }), now)).to.equal(undefined);
  });
});
