import { expect } from 'chai';
import { givesWay, peerKey } from './peers.js';

describe('a peer', () => {
  it('is an IPv4 address, mapped or not', () => {
    expect(peerKey('192.0.2.1')).to.equal('192.0.2.1');
    expect(peerKey('::ffff:192.0.2.1')).to.equal('192.0.2.1');
  });

  it('is a /64 network of IPv6: a host has all of its addresses', () => {
    const same = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:db8::1:0:0:0:2', '2001:0db8:0000:0001:1:2:3:4'];
    for (const address of same) expect(peerKey(address), address).to.equal('2001:db8:0:1::/64');
    expect(peerKey('2001:db8:0:2::1')).not.to.equal(peerKey(same[0]!));
    expect(peerKey('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
    expect(peerKey('::1')).to.equal('0:0:0:0::/64');
  });
});

describe('what gives way to a newcomer', () => {
  const held = (peer: string, progressAt: number) => ({ peer, progressAt });

  it('is of the peer that holds most, the longest without progress', () => {
    const oldest = held('a', 5);
    expect(givesWay([held('b', 1), held('a', 7), oldest, held('a', 9)], 'c')).to.equal(oldest);
  });

  it("is the newcomer's own where that has most", () => {
    const own = held('a', 9);
    expect(givesWay([held('b', 1), own], 'a')).to.equal(own);
  });

  it('is the longest idle where all hold one', () => {
    const idle = held('b', 1);
    expect(givesWay([held('a', 2), idle, held('c', 3)], 'd')).to.equal(idle);
  });

  it('is nothing where nothing is held', () => expect(givesWay([], 'a')).to.equal(undefined));
});
