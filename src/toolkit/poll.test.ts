import { expect } from 'chai';
import { Poll, type PollOptions } from './poll.js';

const S = 1e9;

function polling(options: Partial<PollOptions> = {}) {
  const hub = { worthNs: 0 };
  const poll = new Poll({ minNs: 4 * S, maxNs: 16 * S, start: 'steady', ...options }, (minNs, maxNs) =>
    Math.min(maxNs, Math.max(minNs, hub.worthNs)),
  );
  return { poll, hub };
}

describe('the poll interval', () => {
  it('is the one that the hub advises, read again after each reply', () => {
    const { poll, hub } = polling();
    expect(poll.intervalNs).to.equal(4 * S);
    hub.worthNs = 9 * S;
    poll.answered();
    expect(poll.intervalNs).to.equal(9 * S);
    hub.worthNs = 100 * S;
    poll.answered();
    expect(poll.intervalNs).to.equal(16 * S);
  });

  it('is the shortest after a miss, to find out soon whether only a packet was lost', () => {
    const { poll, hub } = polling();
    hub.worthNs = 100 * S;
    poll.answered();
    poll.missedOne();
    expect(poll.intervalNs).to.equal(4 * S);
  });

  it('is spread by 1 to 5 %', () => {
    const { poll } = polling();
    expect(poll.next(0)).to.be.closeTo(4.04 * S, 1);
    expect(poll.next(1)).to.be.closeTo(4.2 * S, 1);
  });

  it('doubles from the fifth miss on, whatever the hub advises, until the first reply', () => {
    const { poll } = polling();
    for (let i = 0; i < 4; i++) poll.missedOne();
    expect(poll.intervalNs).to.equal(4 * S);
    for (let i = 0; i < 4; i++) poll.missedOne();
    expect(poll.intervalNs).to.equal(16 * S);
    poll.answered();
    expect(poll.intervalNs).to.equal(4 * S);
  });

  it('begins with a burst that is never slower than the interval', () => {
    const { poll } = polling({ minNs: S, maxNs: S, start: 'burst' });
    expect(Array.from({ length: 20 }, () => poll.next(0) / 1.01 / S)).to.deep.equal(Array(20).fill(1));
  });

  it('begins with a burst that ntpd’s rate limit permits: 2 s apart, and its bucket of 8 × 8 s never full', () => {
    const { poll } = polling({ minNs: 64 * S, maxNs: 64 * S, start: 'burst' });
    const gaps = Array.from({ length: 20 }, () => poll.next(0) / 1.01 / S);
    expect(Math.min(...gaps)).to.be.at.least(2);
    let fill = 8;
    for (const gap of gaps) {
      fill = Math.max(0, fill - gap) + 8;
      expect(fill).to.be.at.most(64);
    }
    expect(gaps.at(-1)).to.equal(64);
  });

  it('with retries, asks up to three more times 2 s after a lost reply, as long as the mean stays above the shortest', () => {
    const { poll, hub } = polling({ minNs: 64 * S, maxNs: 1024 * S, retries: true });
    for (const [interval, retries] of [
      [64, 0],
      [128, 1],
      [256, 3],
      [1024, 3],
    ] as const) {
      hub.worthNs = interval * S;
      poll.answered();
      expect(poll.next(0)).to.be.closeTo(1.01 * interval * S, 1);
      for (let i = 0; i < retries; i++) {
        poll.missedOne();
        expect(poll.next(0)).to.be.closeTo(2.02 * S, 1);
      }
      poll.missedOne();
      expect(poll.next(0)).to.be.closeTo(64.64 * S, 1);
    }
  });

  it('without them asks at the shortest interval after a lost reply', () => {
    const { poll, hub } = polling({ minNs: 64 * S, maxNs: 1024 * S });
    hub.worthNs = 1024 * S;
    poll.answered();
    poll.missedOne();
    expect(poll.next(0)).to.be.closeTo(64.64 * S, 1);
  });
});
