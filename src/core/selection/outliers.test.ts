import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import { PLAIN_OPTIONS, Source } from '../tracks/source.js';
import { type Candidate, intervalOfTrack } from './candidate.js';
import { type OutlierFinding, testForOutliers } from './outliers.js';

const MS = 1e6;

interface Opinion {
  readonly biasMs: number;
  readonly delayMs?: number;
  readonly sigmaMs?: number;
  readonly group?: string;
  readonly incumbent?: boolean;
  readonly wasClose?: boolean;
  readonly trust?: boolean;
  /** Claimed root dispersion. */
  readonly dispersionMs?: number;
}

function candidate(id: string, opinion: Opinion): Candidate {
  const { biasMs, delayMs = 20, sigmaMs = 0.05, group = id, incumbent = true } = opinion;
  const source = new Source(id, { ...PLAIN_OPTIONS, trust: opinion.trust ?? false });
  source.claim({ synchronised: true, rootDispersionNs: (opinion.dispersionMs ?? 0) * MS }, 1n, undefined);
  const leg: Observation = {
    kind: 'leg',
    clock: 'system',
    monotonic: 1n,
    stamp: 'kernel',
    noiseFloorNs: 1e3,
    direction: 'outbound',
    transitNs: delayMs * MS,
  };
  const track = source.trackOf(leg);
  track.note(leg);
  track.setFit({ close: opinion.wasClose ?? false, unusual: undefined, outlier: false });
  const estimate: TrackEstimate = {
    offsetNs: biasMs * MS,
    sigmaNs: sigmaMs * MS,
    delayNs: delayMs * MS,
    noiseNs: MS,
    observations: 100,
    restarts: 0,
    jumps: 0,
    jumpNs: Number.NaN,
    suspectNs: 0,
    last: 1n,
    admitted: incumbent,
    weight: 0,
  };
  return { ...intervalOfTrack(track, estimate, biasMs * MS), group, incumbent, track, estimate };
}

/** All are members of the majority by root distances. */
function look(opinions: Readonly<Record<string, Opinion>>): Record<string, OutlierFinding> {
  const all = Object.entries(opinions).map(([id, opinion]) => candidate(id, opinion));
  const { findings } = testForOutliers(all, all);
  return Object.fromEntries(all.map((one) => [one.track.source.id, findings.get(one)!]));
}

/** Returns the share of each by the sigmas of the findings alone. */
function sharesOf(findings: Record<string, OutlierFinding>): Record<string, number> {
  const weights = Object.entries(findings).map(([id, { sigmaNs }]) => [id, sigmaNs ** -2] as const);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(weights.map(([id, weight]) => [id, weight / sum]));
}

const at = (...biases: number[]): Record<string, Opinion> =>
  Object.fromEntries(biases.map((biasMs, i) => ['abcdefghijkl'[i]!, { biasMs }]));
const apart = (findings: Record<string, OutlierFinding>): string[] =>
  Object.keys(findings).filter((id) => findings[id]!.separation !== undefined);
const sigmasMs = (findings: Record<string, OutlierFinding>): number[] =>
  Object.values(findings).map(({ sigmaNs }) => sigmaNs / MS);

/** With 20 ms of delay the usual bias is 0.5 ms and the wide law has 6.7 ms. */
describe('outlier test', () => {
  it('finds two falsetickers of five that their root distances permit', () => {
    const findings = look(at(0, 0.3, -0.2, 30, 15));
    expect(apart(findings)).to.deep.equal(['d', 'e']);
    const { from, spreadNs, gapNs, times } = findings.d!.separation!;
    expect(from.map(({ track }) => track.key)).to.deep.equal(['a', 'b', 'c']);
    expect(spreadNs).to.be.closeTo(0.5 * MS, 1);
    expect(gapNs).to.be.closeTo(30 * MS, 0.1 * MS);
    expect(times).to.be.within(48, 54);
    for (const id of ['a', 'b', 'c']) expect(findings[id]!.sigmaNs).to.be.closeTo(0.5 * MS, 0.1 * MS);
  });

  it('finds one of twelve', () => {
    expect(apart(look(at(0, 0.4, -0.3, 0.2, -0.6, 0.1, 0.5, -0.1, 0, 0.2, -0.4, -12)))).to.deep.equal(['l']);
  });

  it('rejects none of two against two, and gives all of them one share', () => {
    const findings = look(at(0, 0.2, 15, 15.3));
    expect(apart(findings)).to.deep.equal([]);
    for (const share of Object.values(sharesOf(findings))) expect(share).to.be.closeTo(0.25, 0.03);
    for (const { unusual, outlier } of Object.values(findings)) {
      expect(outlier).to.equal(false);
      expect(unusual!.times).to.be.above(2);
    }
  });

  it('rejects none of one against one', () => {
    const findings = look(at(0, 12));
    expect(apart(findings)).to.deep.equal([]);
    for (const share of Object.values(sharesOf(findings))) expect(share).to.be.closeTo(0.5, 0.01);
  });

  it('takes the share of one asymmetric path among three without rejecting it', () => {
    const findings = look(at(0, 0.1, 3.5));
    expect(apart(findings)).to.deep.equal([]);
    const [a, b, c] = sigmasMs(findings);
    expect(a).to.be.closeTo(b!, 0.05).and.below(0.6);
    expect(c, 'a loose path, or a bad one').to.be.above(2);
  });

  it('compares no candidate with itself', () => {
    expect(look(at(0, 0, 2.5)).c!.sigmaNs).to.be.above(MS);
  });

  it('accepts ordinary differences', () => {
    for (const sigmaMs of sigmasMs(look(at(0, 0.5, -0.5, 0.9, -0.3)))) expect(sigmaMs).to.be.closeTo(0.5, 0.15);
  });

  it('widens a sigma steadily with the gap, until no share is left', () => {
    const widths = [0, 1, 1.5, 2, 2.5, 3, 4, 8].map((biasMs) => look(at(0, 0, 0, biasMs)).d!.sigmaNs);
    expect(widths).to.deep.equal([...widths].sort((x, y) => x - y));
    expect(widths[0]).to.be.closeTo(0.4 * MS, 0.05 * MS);
    expect(widths[4]).to.be.within(1 * MS, 20 * MS);
    expect(widths.at(-1), 'no share').to.be.above(100 * MS);
  });

  it('accepts a gap within a large random error', () => {
    expect(apart(look({ ...at(0, 0, 0), d: { biasMs: 6, sigmaMs: 3 } }))).to.deep.equal([]);
  });

  it('accepts a larger gap from an admitted track than from another', () => {
    const d = { biasMs: 5 };
    expect(apart(look({ ...at(0, 0, 0), d }))).to.deep.equal([]);
    expect(apart(look({ ...at(0, 0, 0), d: { ...d, incumbent: false } }))).to.deep.equal(['d']);
  });

  it('accepts a larger gap from tracks that agreed closely before', () => {
    const was = { wasClose: true };
    const pair = (more: object) => look({ a: { biasMs: 0, ...more }, b: { biasMs: 3.5, ...more } });
    expect(pair({}).a!.close).to.equal(false);
    expect(pair(was).a!.close).to.equal(true);
  });

  it('counts several names of one server once, as judges and in the mean', () => {
    const clones = Object.fromEntries(['x', 'y', 'z'].map((id) => [id, { biasMs: 12, group: 'one machine' }]));
    expect(apart(look({ ...at(0, 0.2), ...clones }))).to.deep.equal(['x', 'y', 'z']);
  });

  it('does not reject a near server by far ones that share an access line', () => {
    const findings = look({ ...at(4, 4.1, 3.9), near: { biasMs: 0, delayMs: 0.1, sigmaMs: 0.003 } });
    expect(apart(findings)).to.deep.equal([]);
    expect(findings.near!.sigmaNs).to.be.below(0.01 * MS);
  });

  it('rejects none within the latency of stamps', () => {
    const near = (biasMs: number): Opinion => ({ biasMs, delayMs: 0.05, sigmaMs: 1e-4 });
    const beside = (biasMs: number) => apart(look({ a: near(0), b: near(0), c: near(0), d: near(biasMs) }));
    expect(beside(0.045)).to.deep.equal([]);
    expect(beside(0.06)).to.deep.equal(['d']);
  });

  it('compares with trusted sources', () => {
    const t = { trust: true };
    expect(
      apart(
        look({
          a: { biasMs: 0, ...t },
          b: { biasMs: 0.2, ...t },
          ...{ x: { biasMs: 9 }, y: { biasMs: 9 }, z: { biasMs: 9 } },
        }),
      ),
    ).to.deep.equal(['x', 'y', 'z']);
  });

  describe('of one group', () => {
    const group = 'one upstream';
    const near: Opinion = { biasMs: 0, delayMs: 0.1, dispersionMs: 40, group };
    const far: Opinion = { biasMs: 300, delayMs: 302, dispersionMs: 4, group };

    it('gives no share to a far one that the root distance of a near one excludes, in either order', () => {
      for (const opinions of [
        { near, far },
        { far, near },
      ]) {
        const findings = look(opinions);
        expect(findings.far).to.include({ outlier: true, separation: undefined });
        expect(findings.far!.unusual!.times).to.be.within(30, 40);
        expect(findings.near).to.include({ outlier: false, unusual: undefined });
        expect(sharesOf(findings).far).to.be.below(1e-5);
      }
    });

    it('does so for two and three far ones that agree with each other', () => {
      const findings = look({ far, near, twin: { ...far, biasMs: 301 }, third: { ...far, biasMs: 299, delayMs: 310 } });
      for (const id of ['far', 'twin', 'third']) expect(findings[id]!.outlier, id).to.equal(true);
      expect(sharesOf(findings).near).to.be.above(0.999);
    });

    it('does so on the other side, and with another upstream', () => {
      expect(look({ near, far: { ...far, biasMs: -300 } }).far!.outlier).to.equal(true);
      expect(look({ near, far: { ...far, group: 'another' } }).far!.outlier).to.equal(true);
    });

    it('weighs a near one by its root dispersion as it weighs a far one by its path', () => {
      const shares = sharesOf(look({ near: { ...near, dispersionMs: 12 }, far: { biasMs: 10, delayMs: 50, group } }));
      expect(shares.near, 'each is eight usual errors from the other').to.be.within(0.6, 0.8);
    });

    it('does not leave the estimate to a far one if two near ones differ a little', () => {
      const shares = sharesOf(
        look({
          one: { biasMs: 0, delayMs: 0.4, dispersionMs: 1.2, group },
          two: { biasMs: 1.1, delayMs: 1.2, group },
          far: { biasMs: 0.5, delayMs: 43, group },
        }),
      );
      expect(shares.far).to.be.below(0.3);
    });

    it('uses a far one that agrees', () => {
      const findings = look({ near, far: { ...far, biasMs: 1 } });
      expect(findings.far).to.include({ outlier: false, unusual: undefined });
      expect(sharesOf(findings).far).to.be.within(0.1, 0.4);
    });

    it('does not reject a majority that agrees closely for a near one', () => {
      const findings = look({ ...at(0, 0.3, -0.2), near: { biasMs: 15, delayMs: 0.1, dispersionMs: 10 } });
      for (const id of ['a', 'b', 'c']) expect(findings[id]!.outlier, id).to.equal(false);
      expect(sharesOf(findings).near).to.be.below(0.01);
    });

    it('compares with a near one that is silent while the estimate rests on it', () => {
      const [living, silent] = [candidate('far', far), candidate('near', near)];
      const outliers = (witnesses: readonly Candidate[]) =>
        testForOutliers([living], [living], undefined, { carrying: witnesses, brief: [] }).findings.get(living)!
          .outlier;
      expect(outliers([])).to.equal(false);
      expect(outliers([silent])).to.equal(true);
      silent.track.setFit({ close: false, unusual: { gapNs: 300 * MS, times: 30 }, outlier: false });
      expect(outliers([silent]), 'it was unusual itself').to.equal(false);
    });
  });
});
