import { expect } from 'chai';
import { MESSAGES } from 'timehub/protocol/ptp';
import { allowList, PortReceiveFilter } from './receive-filter.js';

const S = 1_000_000_000n;
const ANNOUNCE = Uint8Array.of(MESSAGES.announce.type);
const SYNC = Uint8Array.of(MESSAGES.sync.type);

describe('the allowed addresses of a port', () => {
  it('are ranges, single addresses and MAC addresses', () => {
    const allows = allowList(['192.0.2.0/24', '2001:db8::/32', '00:11:22:AA:BB:CC', '00-11-22-aa-bb-cd']);
    const heard = ['192.0.2.7', '2001:db8::7', '00:11:22:aa:bb:cc', '00:11:22:aa:bb:cd'];
    const deaf = ['192.0.3.7', '2001:db9::7', '00:11:22:aa:bb:ce', ''];
    expect(heard.every(allows)).to.equal(true);
    expect(deaf.some(allows)).to.equal(false);
    expect([...heard, ...deaf].every(allowList(['all']))).to.equal(true);
  });

  it('are checked first', () => {
    const intake = new PortReceiveFilter({ allows: allowList(['192.0.2.0/24']), isKnown: () => false });
    expect(intake.judge(SYNC, '198.51.100.1', 0n)).to.equal('denied');
    expect(intake.judge(SYNC, '192.0.2.1', 0n)).to.equal(undefined);
  });
});

describe('a flood of Announces', () => {
  it('uses at most 128 a second of all unknown senders together, and nothing of a known sender’s budget', () => {
    const intake = new PortReceiveFilter({ allows: () => true, isKnown: (address) => address === 'known' });
    let taken = 0;
    const known: unknown[] = [];
    for (let n = 0; n < 20_000; n++) {
      const now = (BigInt(n) * S) / 2000n;
      if (intake.judge(ANNOUNCE, `forged ${n}`, now) === undefined) taken++;
      if (n % 500 === 0) known.push(intake.judge(ANNOUNCE, 'known', now));
    }
    expect(taken).to.be.within(128, 128 * 11);
    expect(known).to.deep.equal(Array(40).fill(undefined));
  });

  it('in the name of a known sender is limited to 64 a second, and stops no Sync', () => {
    const intake = new PortReceiveFilter({ allows: () => true, isKnown: () => true });
    const judged = Array.from({ length: 1000 }, () => intake.judge(ANNOUNCE, 'known', 0n));
    expect(judged.filter((refusal) => refusal === undefined)).to.have.lengthOf(64);
    expect(intake.judge(SYNC, 'known', 0n)).to.equal(undefined);
  });
});
