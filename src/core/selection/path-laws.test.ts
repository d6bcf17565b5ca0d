import { expect } from 'chai';
import { SeededRandom } from '../estimator/testing/random.js';
import { type ComparedPath, doubtOf, lawsOf, looseNs, type PathLaw, tightNs } from './path-laws.js';

/** A path of a round trip of `rttUs` whose opinion is `offUs`. */
const path = (offUs: number, rttUs: number, more: Partial<ComparedPath> = {}): ComparedPath => ({
  centreNs: offUs * 1e3,
  randomNs: 1e3,
  narrowNs: 0.0125 * rttUs * 1e3,
  reachNs: (rttUs / 2) * 1e3,
  vote: 1,
  ...more,
});

/** Mean of the opinions, each with the precision that its law gives it. */
function timeNs(paths: readonly ComparedPath[]): number {
  const laws = lawsOf(paths);
  let sum = 0;
  let weights = 0;
  paths.forEach((one, i) => {
    const weight = precisionOf(one, laws[i]!);
    sum += weight * one.centreNs;
    weights += weight;
  });
  return sum / weights;
}

const precisionOf = (one: ComparedPath, { tight, loose }: PathLaw): number =>
  tight / tightNs(one) ** 2 + loose / looseNs(one) ** 2;
const doubts = (...paths: readonly ComparedPath[]): number[] => lawsOf(paths).map(doubtOf);

describe('laws of paths', () => {
  it('have chances whose sum is 1', () => {
    for (const { tight, loose, wide } of lawsOf([path(0, 200), path(40, 300), path(5000, 90_000)]))
      expect(tight + loose + wide).to.be.closeTo(1, 1e-9);
  });

  it('take a lone path for what paths are before it is compared', () => {
    const [{ tight, loose, wide }] = lawsOf([path(0, 200)]) as [PathLaw];
    expect(tight).to.be.above(loose);
    expect(loose).to.be.above(wide);
  });

  it('leave open which of two contradicting paths is bad', () => {
    const [a, b] = doubts(path(-37, 231), path(37, 231)) as [number, number];
    expect(a).to.be.closeTo(b, 1e-6);
    expect(timeNs([path(-37, 231), path(37, 231)])).to.be.closeTo(0, 10);
    expect(timeNs([path(-35, 231), path(-4, 319)])).to.be.within(-30e3, -10e3);
  });

  it('are not drawn to one of two contradicting paths by far ones that lie on it by chance', () => {
    const near = [path(-37, 231), path(37, 231)];
    const far = Array.from({ length: 5 }, (_, i) => path(37 + 0.1 * i, 40_000));
    expect(timeNs([...near, ...far])).to.be.within(-10e3, 10e3);
  });

  it('find the bad one by a third', () => {
    const [good, bad, third] = doubts(path(0, 231), path(40, 250), path(1, 300)) as [number, number, number];
    expect(Math.max(good, third)).to.be.below(0.1);
    expect(bad).to.be.above(0.5);
  });

  it('believe a near path against far ones that agree with each other', () => {
    const far = [3900, 4000, 4100].map((offUs) => path(offUs, 40_000));
    expect(doubts(path(0, 200), ...far)[0]).to.be.below(0.1);
    expect(timeNs([path(0, 200), ...far])).to.be.closeTo(0, 1e3);
  });

  it('count the paths of one group once beside others', () => {
    const clones = [1, 2, 3, 4].map(() => path(60, 250, { vote: 0.25 }));
    expect(timeNs([path(0, 250), path(2, 260), ...clones])).to.be.below(15e3);
    expect(doubts(path(0, 250), path(2, 260), ...clones).at(-1)).to.be.above(0.4);
  });

  it('stay finite whatever the paths are', () => {
    const wild = [path(0, 0, { randomNs: 0, narrowNs: 1e-3 }), path(1e12, 1), path(-1e12, 1e6), path(3, 1e-3)];
    for (const { tight, loose, wide } of lawsOf(wild))
      for (const chance of [tight, loose, wide]) expect(chance).to.be.within(0, 1);
    expect(lawsOf([])).to.deep.equal([]);
  });

  it('beat the nearest path alone, and weights by round trips alone, on asymmetries as real paths have them', () => {
    const random = new SeededRandom(7);
    const logs = { laws: 0, nearest: 0, byRoundTrip: 0 };
    const worlds = 1500;
    for (let w = 0; w < worlds; w++) {
      const paths = Array.from({ length: 2 + (w % 5) }, () => {
        const rttUs = 200 * 800 ** random.uniform();
        const share = Math.min(0.3, 0.011 * Math.exp(1.19 * random.normal()));
        return path(Math.sign(random.normal()) * share * rttUs, rttUs);
      });
      const nearest = paths.reduce((a, b) => (b.reachNs < a.reachNs ? b : a));
      const weight = ({ reachNs }: ComparedPath): number => reachNs ** -2;
      const mean =
        paths.reduce((sum, one) => sum + weight(one) * one.centreNs, 0) /
        paths.reduce((sum, one) => sum + weight(one), 0);
      for (const [name, ns] of Object.entries({ laws: timeNs(paths), nearest: nearest.centreNs, byRoundTrip: mean }))
        logs[name as keyof typeof logs] += Math.log(Math.abs(ns) + 100) / worlds;
    }
    expect(Math.exp(logs.nearest - logs.laws)).to.be.above(1.05);
    expect(Math.exp(logs.byRoundTrip - logs.laws)).to.be.above(1.05);
  });
});
