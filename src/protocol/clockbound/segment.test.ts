import { expect } from 'chai';
import { emptySegment, encodeBound, generationOf, isSegment, updated, updating, wordOf } from './segment.js';

const ready = (generation: number): Uint8Array => {
  const segment = emptySegment();
  segment.set(wordOf(2), 12);
  segment.set(wordOf(generation), 14);
  return segment;
};

describe('the segment of ClockBound', () => {
  it('counts generations that are odd during an update and never 0', () => {
    expect([updating(0), updated(0)]).to.deep.equal([1, 2]);
    expect([updating(2), updated(2)]).to.deep.equal([3, 4]);
    expect([updating(0xfffe), updated(0xfffe)]).to.deep.equal([0xffff, 2]);
  });

  it('goes on from a generation that was left odd', () => {
    expect([updating(7), updated(7)]).to.deep.equal([7, 8]);
    expect(updated(0xffff)).to.equal(2);
  });

  it('is taken over from an earlier run only if it is complete', () => {
    expect(generationOf(ready(12))).to.equal(12);
    expect(generationOf(emptySegment())).to.equal(undefined);
    expect(generationOf(ready(12).subarray(0, 79))).to.equal(undefined);
    const otherVersion = ready(12);
    otherVersion.set(wordOf(3), 12);
    expect(generationOf(otherVersion)).to.equal(undefined);
    expect(isSegment(otherVersion)).to.equal(true);
  });

  it('is told from other files', () => {
    expect(isSegment(new Uint8Array(80))).to.equal(false);
    expect(isSegment(emptySegment().subarray(0, 15))).to.equal(false);
    expect(isSegment(emptySegment())).to.equal(true);
  });

  it('has whole numbers that no reader refuses', () => {
    const octets = encodeBound({
      ...{ asOf: 1_500_000_000n, voidAfter: 2_000_000_001n, boundNs: Number.POSITIVE_INFINITY },
      ...{ maxDriftPpb: 2e9, status: 'unknown' },
    });
    const words = new BigInt64Array(octets.buffer);
    expect([...words.subarray(0, 5)]).to.deep.equal([1n, 500_000_000n, 2n, 1n, 10n ** 18n]);
    expect(new Uint32Array(octets.buffer)[12]).to.equal(999_999_999);
  });
});
