import { expect } from 'chai';
import fc from 'fast-check';
import { followUpOf, oneStepSync, portOf, S, stampOf, twoStepSync } from '../testing/messages.js';
import { SyncReceiver, type SyncTimes } from './sync-receiver.js';

const master = portOf(1);

describe('the Sync receiver', () => {
  it('takes t1 from the Sync in one step', () => {
    const times = new SyncReceiver().receiveSync(oneStepSync(master, 7, 100n), stampOf(350n), 0n);
    expect(times).to.deep.include({ origin: 100n, correction: 0n, received: stampOf(350n), sequenceId: 7 });
  });

  it('takes t1 from the Follow_Up in two steps, and both corrections', () => {
    const receiver = new SyncReceiver();
    expect(receiver.receiveSync(twoStepSync(master, 7, { correction: 3n << 16n }), stampOf(350n), 0n)).to.equal(
      undefined,
    );
    const times = receiver.receiveFollowUp(followUpOf(master, 7, 100n, { correction: 1n << 15n }), 1n);
    expect(times).to.deep.include({ origin: 100n, correction: 0x38000n, received: stampOf(350n) });
  });

  it('takes a Follow_Up that comes before its Sync', () => {
    const receiver = new SyncReceiver();
    receiver.receiveFollowUp(followUpOf(master, 7, 100n), 0n);
    expect(receiver.receiveSync(twoStepSync(master, 7), stampOf(350n), 1n)?.origin).to.equal(100n);
  });

  it('does not mix senders or numbers', () => {
    const receiver = new SyncReceiver();
    receiver.receiveSync(twoStepSync(master, 7), stampOf(350n), 0n);
    expect(receiver.receiveFollowUp(followUpOf(master, 8, 100n), 1n)).to.equal(undefined);
    expect(receiver.receiveFollowUp(followUpOf(portOf(2), 7, 100n), 1n)).to.equal(undefined);
    expect(receiver.receiveFollowUp(followUpOf(portOf(1, 2), 7, 100n), 1n)).to.equal(undefined);
    expect(receiver.receiveFollowUp(followUpOf(master, 7, 100n), 1n)?.sequenceId).to.equal(7);
  });

  it('uses the original, not a copy', () => {
    const receiver = new SyncReceiver();
    receiver.receiveSync(twoStepSync(master, 7), stampOf(350n), 0n);
    receiver.receiveSync(twoStepSync(master, 7), stampOf(999n), 1n);
    expect(receiver.receiveFollowUp(followUpOf(master, 7, 100n), 2n)?.received.time).to.equal(350n);
    receiver.receiveSync(twoStepSync(master, 7), stampOf(1999n), 3n);
    expect(receiver.receiveFollowUp(followUpOf(master, 7, 100n), 4n)).to.equal(undefined);
    for (let n = 8; n < 20; n++) {
      receiver.receiveSync(twoStepSync(master, n), stampOf(350n), 5n);
      for (const _ of ['original', 'copy']) receiver.receiveFollowUp(followUpOf(master, n, 100n), 5n);
    }
    expect(receiver).to.include({ syncMismatches: 0, followUpMismatches: 0 });
  });

  it('drops a Sync or Follow_Up that waits for ten seconds', () => {
    const receiver = new SyncReceiver();
    receiver.receiveSync(twoStepSync(master, 7), stampOf(350n), 0n);
    receiver.receiveSync(twoStepSync(master, 8), stampOf(400n), 11n * S);
    expect(receiver.receiveFollowUp(followUpOf(master, 7, 100n), 11n * S)).to.equal(undefined);
    expect([receiver.syncMismatches, receiver.followUpMismatches]).to.deep.equal([1, 0]);
  });

  it('keeps at most four waiting messages of each kind', () => {
    const receiver = new SyncReceiver();
    for (let n = 0; n < 1000; n++) receiver.receiveFollowUp(followUpOf(portOf(n), n, 100n), 0n);
    expect([receiver.syncMismatches, receiver.followUpMismatches]).to.deep.equal([0, 996]);
  });

  it('pairs each Sync with its own Follow_Up once, under loss, copies and reordering', () => {
    const packet = fc.record({ late: fc.nat(3), copies: fc.constantFrom(0, 1, 1, 1, 2) });
    fc.assert(
      fc.property(fc.array(fc.tuple(packet, packet), { maxLength: 60 }), fc.nat(0xffff), (plan, first) => {
        const arrivals = plan.flatMap(([sync, followUp], n) => [
          ...Array.from({ length: sync.copies }, () => ({ at: 2 * n + sync.late, half: 'sync', n })),
          ...Array.from({ length: followUp.copies }, () => ({ at: 2 * n + 1 + followUp.late, half: 'follow-up', n })),
        ]);
        const receiver = new SyncReceiver();
        const found: SyncTimes[] = [];
        for (const { at, half, n } of arrivals.sort((a, b) => a.at - b.at)) {
          const id = (first + n) & 0xffff;
          const times =
            half === 'sync'
              ? receiver.receiveSync(twoStepSync(master, id), stampOf(BigInt(n) * S + 250n), BigInt(at))
              : receiver.receiveFollowUp(followUpOf(master, id, BigInt(n) * S), BigInt(at));
          if (times !== undefined) found.push(times);
        }
        const whole = plan.filter(([sync, followUp]) => sync.copies > 0 && followUp.copies > 0).length;
        expect(found).to.have.lengthOf(whole);
        expect(found.every(({ received, origin }) => received.time - origin === 250n)).to.equal(true);
      }),
      { numRuns: 200 },
    );
  });
});
