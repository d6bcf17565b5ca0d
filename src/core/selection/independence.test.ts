import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { independentGroups } from './independence.js';

const groupsOf = (...claims: Partial<Claims>[]): number => {
  const sources = claims.map((claim, i) => ({ id: `s${i}`, claims: { synchronised: true, ...claim } }));
  return new Set(independentGroups(sources).values()).size;
};

describe('independence', () => {
  it('counts two ports of one address once', () => {
    expect(groupsOf({ address: '192.0.2.1:123' }, { address: '192.0.2.1:1123' })).to.equal(1);
    expect(groupsOf({ address: '[2001:db8::1]:123' }, { address: '2001:db8::1' })).to.equal(1);
  });

  it('tells ports of the loopback apart, where benches put their servers', () => {
    expect(groupsOf({ address: '127.0.0.1:2001' }, { address: '127.0.0.1:2002' })).to.equal(2);
    expect(groupsOf({ address: '127.0.0.1:2001' }, { address: '127.0.0.1:2001' })).to.equal(1);
  });

  it('counts two servers with the same upstream once', () => {
    const reference = '203.0.113.7';
    expect(groupsOf({ stratum: 2, reference }, { stratum: 3, reference })).to.equal(1);
    expect(groupsOf({ reference: '00:11:22:ff:fe:33:44:55' }, { reference: '00:11:22:ff:fe:33:44:55' })).to.equal(1);
  });

  it('counts a server and its client once, and chains of them', () => {
    expect(groupsOf({ address: '203.0.113.7:123', stratum: 1 }, { stratum: 2, reference: '203.0.113.7' })).to.equal(1);
    const chain = [
      { address: '203.0.113.7', stratum: 1 },
      { address: '203.0.113.8', stratum: 2, reference: '203.0.113.7' },
      { address: '203.0.113.9', stratum: 3, reference: '203.0.113.8' },
    ];
    expect(groupsOf(...chain)).to.equal(1);
    expect(groupsOf(...chain.toReversed())).to.equal(1);
  });

  it('keeps servers apart whose reference is only a word, or their own clock', () => {
    expect(groupsOf({ stratum: 1, reference: 'GPS' }, { stratum: 1, reference: 'GPS' })).to.equal(2);
    expect(groupsOf({ stratum: 10, reference: '127.127.1.1' }, { stratum: 10, reference: '127.127.1.1' })).to.equal(2);
    expect(groupsOf({}, {})).to.equal(2);
  });
});
