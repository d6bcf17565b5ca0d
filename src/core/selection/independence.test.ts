import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { type Dependence, dependencesOf } from './independence.js';

const kin = (...claims: Partial<Claims>[]): Dependence[] => {
  const sources = claims.map((claim, i) => ({ id: `s${i}`, claims: { synchronised: true, ...claim } }));
  return [...dependencesOf(sources).values()];
};
const groupsOf = (...claims: Partial<Claims>[]): number => new Set(kin(...claims).map(({ group }) => group)).size;

describe('independence', () => {
  it('counts two ports of one address once', () => {
    expect(groupsOf({ address: '192.0.2.1:123' }, { address: '192.0.2.1:1123' })).to.equal(1);
    expect(groupsOf({ address: '[2001:db8::1]:123' }, { address: '2001:db8::1' })).to.equal(1);
  });

  it('counts ports of the loopback separately, where benches put their servers', () => {
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

  it('counts servers separately whose reference is only a word, or their own clock', () => {
    expect(groupsOf({ stratum: 1, reference: 'GPS' }, { stratum: 1, reference: 'GPS' })).to.equal(2);
    expect(groupsOf({ stratum: 10, reference: '127.127.1.1' }, { stratum: 10, reference: '127.127.1.1' })).to.equal(2);
    expect(groupsOf({}, {})).to.equal(2);
  });

  it('names the sources that a source follows, the nearest first, by IPv4 and by IPv6', () => {
    const chain = kin(
      { address: '203.0.113.7', stratum: 1 },
      { address: '[2001:db8::1]:123', stratum: 2, reference: '203.0.113.7' },
      // The MD5 of 2001:db8::1, by md5sum.
      { address: '203.0.113.9', stratum: 3, reference: '57.171.155.55' },
    );
    expect(chain.map(({ leaders }) => leaders)).to.deep.equal([[], ['s0'], ['s1', 's0']]);
  });

  it('takes the parent address (CSPTP) before the reference', () => {
    const [, follower] = kin(
      { address: '203.0.113.7:123', stratum: 1 },
      { address: '203.0.113.8:319', clockClass: 248, parent: '203.0.113.7', reference: '001122.fffe.334455' },
    );
    expect(follower!.leaders).to.deep.equal(['s0']);
  });

  it('takes only one of two that name each other for the leader', () => {
    const pair = kin(
      { address: '203.0.113.7', stratum: 3, reference: '203.0.113.8' },
      { address: '203.0.113.8', stratum: 3, reference: '203.0.113.7' },
    );
    expect(pair.map(({ leaders }) => leaders.length)).to.deep.equal([0, 0]);
    expect(pair[0]!.group).to.equal(pair[1]!.group);
  });

  it('takes a private address for another machine where a public server names it', () => {
    const own = { address: '192.168.1.1:123', stratum: 1 };
    const follower = { stratum: 2, reference: '192.168.1.1' };
    expect(kin(own, { ...follower, address: '198.51.100.1:123' })[1]!.leaders).to.deep.equal([]);
    expect(kin(own, { ...follower, address: '192.168.1.7:123' })[1]!.leaders).to.deep.equal(['s0']);
  });

  it('identifies servers on the loopback by their address if only one port is used', () => {
    const follower = { address: '127.0.24.2:123', stratum: 2, reference: '127.0.24.1' };
    expect(kin({ address: '127.0.24.1:123', stratum: 1 }, follower)[1]!.leaders).to.deep.equal(['s0']);
    const two = [
      { address: '127.0.24.1:123', stratum: 1 },
      { address: '127.0.24.1:124', stratum: 1 },
    ];
    expect(kin(...two, follower)[2]!.leaders).to.deep.equal([]);
  });

  it('finds sources that follow this hub through others', () => {
    const reason = 'it follows this hub: …';
    const loop = kin(
      { address: '203.0.113.7', stratum: 3, ours: reason },
      { address: '203.0.113.8', stratum: 4, reference: '203.0.113.7' },
      { address: '203.0.113.9', stratum: 5, reference: '203.0.113.8' },
      { address: '203.0.113.10', stratum: 5, reference: '203.0.113.11' },
    );
    expect(loop.map(({ ours }) => ours)).to.deep.equal([
      reason,
      "it follows s0, whose time is this hub's own",
      "it follows s0, whose time is this hub's own",
      undefined,
    ]);
  });
});
