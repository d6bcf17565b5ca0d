import { expect } from 'chai';
import { PendingFollowUps } from './pending-follow-ups.js';

const sync = { sync: new Uint8Array(44), to: { address: '192.0.2.1', port: 320 }, from: '192.0.2.9' };

describe('Syncs that wait for their stamp', () => {
  it('are bounded in number, however many requests come at once', () => {
    let lost = 0;
    const pending = new PendingFollowUps(() => lost++);
    for (let id = 0; id < 20_000; id++) pending.add(id, { ...sync, at: 1n });
    expect(pending.size).to.equal(1024);
    expect(lost).to.equal(20_000 - 1024);
    expect(pending.take(19_999)).to.include({ at: 1n });
  });

  it('are dropped after a second', () => {
    const pending = new PendingFollowUps(() => {});
    pending.add(1, { ...sync, at: 0n });
    pending.add(2, { ...sync, at: 999_999_999n });
    pending.sweep(1_000_000_000n);
    expect([pending.take(1), pending.take(2)?.at]).to.deep.equal([undefined, 999_999_999n]);
  });
});
