import { expect } from 'chai';
import { type Directions, isTwoWay, type LegDirection, missingWay, withLeg } from './directions.js';

const at = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));

/** The directions after legs at these seconds. */
function heard(legs: Partial<Record<LegDirection, readonly number[]>>, statedNs = 0): Directions {
  const all = (Object.entries(legs) as [LegDirection, readonly number[]][])
    .flatMap(([way, seconds]) => seconds.map((second) => ({ way, second })))
    .sort((a, b) => a.second - b.second);
  return all.reduce<Directions>((found, { way, second }) => withLeg(found, way, at(second), statedNs), {});
}

const each = (everyS: number, fromS: number, toS: number): number[] =>
  Array.from({ length: Math.floor((toS - fromS) / everyS) + 1 }, (_, n) => fromS + n * everyS);

describe('the directions of a two-way path', () => {
  it('lack the one that was never heard', () => {
    expect(missingWay(heard({ inbound: each(0.125, 0, 60) }), 0, undefined)).to.equal('outbound');
    expect(missingWay(heard({ outbound: [1] }), 0, undefined)).to.equal('inbound');
    expect(missingWay(heard({ inbound: [1], outbound: [1] }), 0, undefined)).to.equal(undefined);
  });

  it('lack one that is behind by eight of its intervals, or ten seconds', () => {
    for (const [everyS, toS] of [
      [1, 10],
      [4, 32],
    ] as const) {
      const before = heard({ inbound: each(0.125, 0, 100 + toS), outbound: each(everyS, 0, 100) });
      expect(missingWay(before, 0, undefined), `${everyS} s`).to.equal(undefined);
      const after = withLeg(before, 'inbound', at(100 + toS + 0.2), 0);
      expect(missingWay(after, 0, undefined), `${everyS} s`).to.equal('outbound');
    }
  });

  it('lack nothing while both are silent, for that is another matter', () => {
    expect(missingWay(heard({ inbound: each(1, 0, 99.9), outbound: each(1, 0, 100) }), 0, undefined)).to.equal(
      undefined,
    );
  });

  it('have as much time as the source states', () => {
    const directions = heard({ inbound: each(1, 0, 100), outbound: each(1, 0, 40) }, 16e9);
    expect(missingWay(directions, 16e9, undefined)).to.equal(undefined);
    expect(missingWay(directions, 2e9, undefined)).to.equal('outbound');
  });

  it('lack one sooner where the source complains, until that one is heard again', () => {
    const before = heard({ inbound: each(0.125, 0, 105), outbound: each(1, 0, 100) });
    expect(missingWay(before, 0, at(104))).to.equal('outbound');
    expect(isTwoWay(before, at(104))).to.equal(false);
    const back = withLeg(before, 'outbound', at(105.5), 0);
    expect(isTwoWay(back, at(104))).to.equal(true);
    expect(missingWay(back, 0, at(104))).to.equal(undefined);
  });

  it('are whole with the one that was missing, if the other was not due yet', () => {
    const directions = heard({ inbound: [...each(0.125, 0, 100), 101.4], outbound: each(2, 0, 100) });
    expect(isTwoWay(directions, at(101.3))).to.equal(true);
  });

  it('learn longer intervals in steps, and take no outage for one', () => {
    const outage = heard({ inbound: [...each(1, 0, 100), 3700] });
    expect(outage.inbound?.intervalNs).to.equal(10e9);
    const slower = heard({ inbound: [...each(1, 0, 100), ...each(64, 164, 500)] });
    expect(slower.inbound?.intervalNs).to.equal(64e9);
  });
});
