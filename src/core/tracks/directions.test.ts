import { expect } from 'chai';
import { type LegDirection, PathDirections } from './directions.js';

const at = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));

/** The directions after legs at these seconds. */
function heard(legs: Partial<Record<LegDirection, readonly number[]>>, statedNs = 0): PathDirections {
  const directions = new PathDirections();
  (Object.entries(legs) as [LegDirection, readonly number[]][])
    .flatMap(([direction, seconds]) => seconds.map((second) => ({ direction, second })))
    .sort((a, b) => a.second - b.second)
    .forEach(({ direction, second }) => {
      directions.noteLeg(direction, at(second), statedNs);
    });
  return directions;
}

const each = (everyS: number, fromS: number, toS: number): number[] =>
  Array.from({ length: Math.floor((toS - fromS) / everyS) + 1 }, (_, n) => fromS + n * everyS);

describe('the directions of a two-way path', () => {
  it('lack the one that was never heard', () => {
    expect(heard({ inbound: each(0.125, 0, 60) }).missing(0, undefined)).to.equal('outbound');
    expect(heard({ outbound: [1] }).missing(0, undefined)).to.equal('inbound');
    expect(heard({ inbound: [1], outbound: [1] }).missing(0, undefined)).to.equal(undefined);
  });

  it('lack one that is behind by eight of its intervals, or ten seconds', () => {
    for (const [everyS, toS] of [
      [1, 10],
      [4, 32],
    ] as const) {
      const directions = heard({ inbound: each(0.125, 0, 100 + toS), outbound: each(everyS, 0, 100) });
      expect(directions.missing(0, undefined), `${everyS} s`).to.equal(undefined);
      directions.noteLeg('inbound', at(100 + toS + 0.2), 0);
      expect(directions.missing(0, undefined), `${everyS} s`).to.equal('outbound');
    }
  });

  it('lack none while both are silent', () => {
    const directions = heard({ inbound: each(1, 0, 99.9), outbound: each(1, 0, 100) });
    expect(directions.missing(0, undefined)).to.equal(undefined);
  });

  it('have as much time as the source states', () => {
    const directions = heard({ inbound: each(1, 0, 100), outbound: each(1, 0, 40) }, 16e9);
    expect(directions.missing(16e9, undefined)).to.equal(undefined);
    expect(directions.missing(2e9, undefined)).to.equal('outbound');
  });

  it('lack an overdue one as soon as the source reports a fault, until it is heard again', () => {
    const directions = heard({ inbound: each(0.125, 0, 105), outbound: each(1, 0, 100) });
    expect(directions.missing(0, at(104))).to.equal('outbound');
    expect(directions.isTwoWay(at(104))).to.equal(false);
    directions.noteLeg('outbound', at(105.5), 0);
    expect(directions.isTwoWay(at(104))).to.equal(true);
    expect(directions.missing(0, at(104))).to.equal(undefined);
  });

  it('are complete with the one that was missing, if the other was not due yet', () => {
    const directions = heard({ inbound: [...each(0.125, 0, 100), 101.4], outbound: each(2, 0, 100) });
    expect(directions.isTwoWay(at(101.3))).to.equal(true);
  });

  it('learn longer intervals in steps, and take no outage for an interval', () => {
    const outage = heard({ inbound: [...each(1, 0, 100), 3700] });
    expect(outage.intervalNs('inbound')).to.equal(10e9);
    const slower = heard({ inbound: [...each(1, 0, 100), ...each(64, 164, 500)] });
    expect(slower.intervalNs('inbound')).to.equal(64e9);
  });

  it('know when the first leg arrived', () => {
    expect(heard({}).firstLegAt()).to.equal(undefined);
    expect(heard({ inbound: [3, 4] }).firstLegAt()).to.equal(at(3));
    expect(heard({ inbound: [3, 4], outbound: [2, 5] }).firstLegAt()).to.equal(at(2));
  });
});
