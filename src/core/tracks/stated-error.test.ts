import { expect } from 'chai';
import { type StatedError, statedDriftPpb, statedError } from './stated-error.js';

const S = 1_000_000_000n;
const MS = 1e6;
/** Statements of a source, one a second. */
const stating = (...dispersionsNs: number[]): StatedError =>
  dispersionsNs.reduce<StatedError | undefined>(
    (before, rootDispersionNs, i) =>
      statedError({ synchronised: true, rootDelayNs: 2 * MS, rootDispersionNs }, BigInt(i) * S, before),
    undefined,
  )!;

describe('stated error', () => {
  it('permits a drift as fast as the root distance grows', () => {
    const stated = stating(5 * MS, 1 * MS, 1.5 * MS, 2 * MS);
    expect(stated.ns).to.equal(3 * MS);
    expect(statedDriftPpb(stated, 1e18)).to.be.closeTo(0.5e6, 0.02e6);
  });

  it('shows no growth while it is only rounded, or falls', () => {
    expect(statedDriftPpb(stating(1 * MS, 1 * MS + 15_259), 1e18)).to.be.below(1);
    expect(statedDriftPpb(stating(1 * MS, 3 * MS, 2 * MS), 1e18)).to.be.below(1);
  });

  it('permits a drift of the root distance over the time since the first update', () => {
    expect(statedDriftPpb(stating(4 * MS), 100e9)).to.be.closeTo((2 * 5 * MS) / 100, 1);
    expect(statedDriftPpb(undefined, 100e9)).to.equal(0);
  });
});
