import { expect } from 'chai';
import { peerKey, toEvict } from './peers.js';

describe('a peer', () => {
  it('is an IPv4 address, mapped or not', () => {
    expect(peerKey('192.0.2.1')).to.equal('192.0.2.1');
    expect(peerKey('::ffff:192.0.2.1')).to.equal('192.0.2.1');
  });

  it('is a /64 network of IPv6, because a host owns all of its addresses', () => {
    const same = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:db8::1:0:0:0:2', '2001:0db8:0000:0001:1:2:3:4'];
    for (const address of same) expect(peerKey(address), address).to.equal('2001:db8:0:1::/64');
    expect(peerKey('2001:db8:0:2::1')).not.to.equal(peerKey(same[0]!));
    expect(peerKey('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
    expect(peerKey('::1')).to.equal('0:0:0:0::/64');
  });
});

describe('the item that is evicted for a newcomer', () => {
  const held = (peer: string, progressAt: number) => ({ peer, progressAt });

  it('belongs to the peer that holds most, and was without progress for longest', () => {
    const oldest = held('a', 5);
    expect(toEvict([held('b', 1), held('a', 7), oldest, held('a', 9)], 'c')).to.equal(oldest);
  });

  it("is the newcomer's own if that peer holds most", () => {
    const own = held('a', 9);
    expect(toEvict([held('b', 1), own], 'a')).to.equal(own);
  });

  it('is the longest idle one if all hold one', () => {
    const idle = held('b', 1);
    expect(toEvict([held('a', 2), idle, held('c', 3)], 'd')).to.equal(idle);
  });

  it('does not exist if nothing is held', () => expect(toEvict([], 'a')).to.equal(undefined));
});
