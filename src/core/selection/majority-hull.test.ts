import { expect } from 'chai';
import { farthestNs, majorityHull, type VouchedInterval } from './majority-hull.js';

const vouched = (group: string, loNs: number, hiNs: number): VouchedInterval => ({
  ...{ group, centreNs: (loNs + hiNs) / 2, halfNs: (hiNs - loNs) / 2 },
});
const ANYWHERE = { centreNs: 0, halfNs: Number.POSITIVE_INFINITY };

describe("the hull of a majority's points", () => {
  it('is the interval of a voter that is alone', () => {
    expect(majorityHull([vouched('a', -3, 11)])).to.deep.equal({ loNs: -3, hiNs: 11 });
  });

  it('is what two voters have in common: one of two is no minority', () => {
    expect(majorityHull([vouched('a', -10, 4), vouched('b', 0, 20)])).to.deep.equal({ loNs: 0, hiNs: 4 });
    expect(majorityHull([vouched('a', -10, 4), vouched('b', 5, 20)])).to.equal(undefined);
  });

  it('holds every point that two of three hold, not only the one stretch that all three hold', () => {
    const three = [vouched('a', 0, 10), vouched('b', 8, 30), vouched('c', 9, 40)];
    expect(majorityHull(three)).to.deep.equal({ loNs: 8, hiNs: 30 });
  });

  it('reaches over separate stretches, and over what lies between them', () => {
    const apart = [vouched('wide', -100, 100), vouched('low', -50, -40), vouched('high', 60, 70)];
    expect(majorityHull(apart)).to.deep.equal({ loNs: -50, hiNs: 70 });
  });

  it('includes the ends: two intervals that touch agree at one point', () => {
    expect(majorityHull([vouched('a', 0, 5), vouched('b', 5, 9)])).to.deep.equal({ loNs: 5, hiNs: 5 });
  });

  it('does not exist without voters or without a majority', () => {
    expect(majorityHull([])).to.equal(undefined);
    const apart = [vouched('a', 0, 1), vouched('b', 2, 3), vouched('c', 4, 5)];
    expect(majorityHull(apart)).to.equal(undefined);
  });

  it('counts a group once, and a group holds a point if one of its members does', () => {
    const liars = [vouched('g', 50, 60), vouched('g', 52, 61), vouched('g', 40, 55)];
    const others = [vouched('a', 0, 10), vouched('b', 5, 12)];
    expect(majorityHull([...liars, ...others])).to.deep.equal({ loNs: 5, hiNs: 10 });
    expect(majorityHull([...others, vouched('g', 4, 6), vouched('g', 9, 20)])).to.deep.equal({ loNs: 4, hiNs: 12 });
  });

  it('is infinite where a majority says nothing', () => {
    const hull = majorityHull([vouched('a', 0, 10), { group: 'b', ...ANYWHERE }])!;
    expect(hull).to.deep.equal({ loNs: 0, hiNs: 10 });
    expect(
      farthestNs(majorityHull([vouched('a', 0, 10), { group: 'b', ...ANYWHERE }, { group: 'c', ...ANYWHERE }])!),
    ).to.equal(Number.POSITIVE_INFINITY);
  });

  it('contains the truth whichever minority is wrong', () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return seed / 2 ** 32;
    };
    for (let round = 0; round < 2000; round++) {
      const voters = 1 + Math.floor(random() * 7);
      const wrong = Math.floor(((voters - 1) / 2) * random() + 0.5);
      const all = Array.from({ length: voters }, (_, i): VouchedInterval => {
        const halfNs = 1 + 100 * random();
        const centreNs = i < wrong ? 400 * (random() - 0.5) : halfNs * (2 * random() - 1);
        return { group: `${i}`, centreNs, halfNs };
      });
      const hull = majorityHull(all)!;
      expect(hull.loNs).to.be.at.most(0);
      expect(hull.hiNs).to.be.at.least(0);
    }
  });

  it('is as far as its farther end', () => {
    expect(farthestNs({ loNs: -30, hiNs: 20 })).to.equal(30);
    expect(farthestNs({ loNs: 5, hiNs: 20 })).to.equal(20);
  });
});
