import { expect } from 'chai';
import { RawLimits } from './raw-limits.js';

const S = 1_000_000_000n;

describe('the limits by the newest observations', () => {
  it('do not exist before both directions are heard', () => {
    const limits = new RawLimits();
    expect(limits.upperNs(S, 0, 0)).to.equal(Number.POSITIVE_INFINITY);
    expect(limits.lowerNs(S, 0, 0)).to.equal(Number.NEGATIVE_INFINITY);
  });

  it('are the tightest ones, each moved by the rate and grown by its tolerance since its instant', () => {
    const limits = new RawLimits();
    limits.noteUpper(100, 0n);
    limits.noteUpper(150, 10n * S);
    limits.noteLower(-80, 0n);
    limits.noteLower(-90, 10n * S);
    expect(limits.upperNs(10n * S, 0, 0)).to.equal(100);
    expect(limits.lowerNs(10n * S, 0, 0)).to.equal(-80);
    expect(limits.upperNs(10n * S, 2, 1)).to.equal(130);
    expect(limits.lowerNs(10n * S, 2, 1)).to.equal(-70);
    expect(limits.upperNs(10n * S, 0, 10)).to.equal(150);
    expect(limits.lowerNs(10n * S, 0, 10)).to.equal(-90);
  });

  it('are those of eight observations, and end with a restart', () => {
    const limits = new RawLimits();
    limits.noteUpper(1, 0n);
    for (let i = 0; i < 8; i++) limits.noteUpper(50 + i, S);
    expect(limits.upperNs(S, 0, 0)).to.equal(50);
    limits.restart();
    expect(limits.upperNs(S, 0, 0)).to.equal(Number.POSITIVE_INFINITY);
  });
});
