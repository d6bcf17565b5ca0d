import { expect } from 'chai';
import { climbTo, isLoop, loopReason, type StratumClimb } from './stratum-climb.js';

const S = 1_000_000_000n;
const walk = (strata: readonly number[], everyS = 1): StratumClimb =>
  strata.reduce<StratumClimb | undefined>(
    (climb, stratum, i) => climbTo(stratum, BigInt(i * everyS) * S, climb),
    undefined,
  )!;

describe('a rising stratum', () => {
  it('shows a loop if it rises with every round, however long that takes', () => {
    for (const strata of [
      [4, 7, 10, 13],
      [4, 5, 6, 7, 8, 9, 10],
      [5, 9, 13, 16],
      [6, 11, 16],
      [5, 10, 15],
      [2, 2, 4, 4, 7, 7, 9],
    ])
      expect(isLoop(walk(strata)), `${strata}`).to.equal(true);
  });

  it('shows none if a server loses its reference, its followers after it, or its own clock takes over', () => {
    for (const strata of [[1, 4], [1, 3, 4], [1, 16], [3, 4, 16], [2, 10], [4, 7, 3, 7, 3], [16], [16, 3, 16]])
      expect(isLoop(walk(strata)), `${strata}`).to.equal(false);
  });

  it('begins again after an hour without a rise, or with a fall', () => {
    expect(isLoop(walk([4, 7, 10, 13], 3601))).to.equal(false);
    expect(isLoop(walk([4, 7, 10, 13, 3]))).to.equal(false);
  });

  it('has a reason that names the strata', () => {
    expect(loopReason(walk([6, 11, 16]))).to.equal(
      'its stratum rose from 6 to 11, then it lost its synchronisation: it is in a loop of servers that follow each other, with no reference outside',
    );
  });
});
