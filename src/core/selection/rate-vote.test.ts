import { expect } from 'chai';
import type { Drifts } from '../estimator/types.js';
import { type RateVoter, rateVote } from './rate-vote.js';

const COMMON_PPB2 = 2.5e9;

/** Drifts in ppb, each with its sigma, all known up to a common rate. */
function driftsOf(...each: readonly (readonly [ppb: number, sigma: number])[]): Drifts {
  return {
    ppb: each.map(([ppb]) => ppb + 31_000),
    covariance: each.map(([, sigma], i) => each.map((_, j) => COMMON_PPB2 + (i === j ? sigma ** 2 : 0))),
  };
}

const votersOf = (count: number, changes: Partial<RateVoter> = {}): RateVoter[] =>
  Array.from({ length: count }, (_, i) => ({ group: `${i}`, trusted: false, ...changes }));

const look = (
  drifts: Drifts,
  voters = votersOf(drifts.ppb.length),
  was: readonly (readonly [number, number])[] = [],
) => {
  const { drifting, contested } = rateVote(voters, drifts, new Map(was));
  return { drifting: [...drifting], contested: [...contested] };
};

describe('the vote on the rates', () => {
  it('finds nothing while all rates may be one, however little is known of some', () => {
    expect(look(driftsOf([0, 1], [20, 5], [300, 400], [-90_000, 60_000]))).to.deep.equal({
      drifting: [],
      contested: [],
    });
  });

  it('does not take the usual drifts of right servers for lies', () => {
    expect(look(driftsOf([0, 0.01], [12, 0.01], [-15, 0.02]))).to.deep.equal({ drifting: [], contested: [] });
  });

  it('finds the one whose rate is not that of the others, however exact it is', () => {
    expect(look(driftsOf([-1364, 1], [0, 40], [0, 200], [50, 150], [0, 2000])).drifting).to.deep.equal([0]);
    expect(look(driftsOf([0, 1], [0, 5], [5000, 300], [-9000, 400], [0, 30])).drifting).to.have.members([2, 3]);
  });

  it('says how far the drifting one is from the rate of the others', () => {
    const { ppb } = rateVote(votersOf(3), driftsOf([500, 1], [0, 10], [0, 10]));
    expect(ppb[0]).to.be.closeTo(500, 10);
    expect(ppb[1]).to.be.closeTo(0, 10);
  });

  it('names all that may drift while the others agree with each of them', () => {
    expect(look(driftsOf([-1364, 1], [0, 40], [-600, 2000], [300, 3000]))).to.deep.equal({
      drifting: [],
      contested: [0, 1],
    });
  });

  it('decides between two only by others: two against two and one against one stay open', () => {
    expect(look(driftsOf([1000, 1], [0, 1]))).to.deep.equal({ drifting: [], contested: [0, 1] });
    const { drifting, contested } = look(driftsOf([1000, 1], [1000, 1], [0, 1], [0, 1]));
    expect(drifting).to.deep.equal([]);
    expect(contested).to.have.members([0, 1, 2, 3]);
  });

  it('counts the voters of one group once', () => {
    const voters = votersOf(5).map((voter, i) => (i < 3 ? { ...voter, group: 'clones' } : voter));
    expect(look(driftsOf([700, 2], [700, 2], [700, 2], [0, 2], [0, 2]), voters).drifting).to.have.members([0, 1, 2]);
  });

  it('does not outvote a trusted source', () => {
    const voters = votersOf(4).map((voter, i) => ({ ...voter, trusted: i === 0 }));
    expect(look(driftsOf([700, 2], [0, 2], [0, 2], [0, 2]), voters).drifting).to.not.include(0);
  });

  it('lets a source back only once its rate is that of the others again', () => {
    const unknown = driftsOf([100, 500], [0, 5], [0, 5]);
    expect(look(unknown).drifting).to.deep.equal([]);
    expect(look(unknown, votersOf(3), [[0, 400]]).drifting).to.deep.equal([0]);
    expect(look(driftsOf([20, 25], [0, 5], [0, 5]), votersOf(3), [[0, 400]]).drifting).to.deep.equal([]);
  });

  it('does not suspect the scatter of many right ones', () => {
    const right = Array.from({ length: 32 }, (_, i) => [(i % 2 === 0 ? 1 : -1) * 70, 60] as const);
    expect(look(driftsOf(...right))).to.deep.equal({ drifting: [], contested: [] });
  });

  it('finds two of eleven, where not every set of voters is tried', () => {
    const right = Array.from({ length: 9 }, (_, i) => [(i % 3) * 4, 20 + i] as const);
    expect(look(driftsOf([800, 10], ...right, [-3000, 100])).drifting).to.have.members([0, 10]);
  });
});
