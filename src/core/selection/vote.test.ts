import { expect } from 'chai';
import { intervalOf, isMajority, largestOverlap, type Opinion, touches } from './vote.js';

const opinion = (group: string, centreNs: number, halfNs: number, more: Partial<Opinion> = {}): Opinion => ({
  group,
  centreNs,
  halfNs,
  incumbent: false,
  ...more,
});

describe('vote', () => {
  it('finds the offset that the most intervals contain', () => {
    const overlap = largestOverlap([opinion('a', 0, 10), opinion('b', 5, 10), opinion('c', 50, 10)])!;
    expect(overlap).to.include({ loNs: -5, hiNs: 10, votes: 2, voters: 3, tied: false });
    expect(isMajority(overlap)).to.equal(true);
  });

  it('has no result without opinions', () => {
    expect(largestOverlap([])).to.equal(undefined);
  });

  it('does not count half as a majority', () => {
    expect(isMajority(largestOverlap([opinion('a', 0, 10), opinion('b', 100, 10)])!)).to.equal(false);
  });

  it('finds no majority in two stretches with equal votes, although one wide opinion contains both', () => {
    const overlap = largestOverlap([opinion('wide', 50, 200), opinion('a', 0, 10), opinion('b', 100, 10)])!;
    expect(overlap).to.include({ votes: 2, voters: 3, rivalled: true });
    expect(isMajority(overlap)).to.equal(false);
    const touching = largestOverlap([opinion('a', 0, 10), opinion('b', 0, 10), opinion('b', 10, 10)])!;
    expect(isMajority(touching)).to.equal(true);
  });

  it('counts a group once, however many names it has', () => {
    const overlap = largestOverlap([
      opinion('one machine', 0, 10),
      opinion('one machine', 1, 10),
      opinion('one machine', 2, 10),
      opinion('d', 100, 10),
    ])!;
    expect(overlap.votes).to.equal(1);
    expect(overlap.voters).to.equal(2);
  });

  it('prefers the stretch that most opinions of one group hold to its neighbours', () => {
    const overlap = largestOverlap([
      opinion('upstream', -300, 310),
      opinion('upstream', -301, 311),
      opinion('upstream', 0, 2),
      opinion('upstream', 1, 2),
    ])!;
    expect(overlap).to.include({ loNs: -1, hiNs: 2, votes: 1, rivalled: false });
  });

  it('prefers the incumbents of two stretches with equal votes', () => {
    const pair = (at: number, incumbent: boolean) => [
      opinion(`a${at}`, at, 10, { incumbent }),
      opinion(`b${at}`, at + 1, 10, { incumbent }),
    ];
    const overlap = largestOverlap([...pair(0, true), ...pair(100, false)])!;
    expect(touches({ centreNs: 0, halfNs: 1 }, intervalOf(overlap))).to.equal(true);
    expect(overlap).to.include({ rivalled: false, tied: true });
    const reversed = largestOverlap([...pair(0, false), ...pair(100, true)])!;
    expect(touches({ centreNs: 100, halfNs: 1 }, intervalOf(reversed))).to.equal(true);
  });
});
