import { expect } from 'chai';
import type { Datagram, StampClass, UdpOptions } from '../../api/index.js';
import { PortSharing, type Sharer } from './port-sharing.js';

const PORT = 319;

function setUp() {
  const sharing = new PortSharing();
  const heard: string[] = [];
  const leaves = new Map<string, () => void>();
  const join = (
    name: string,
    options: UdpOptions & { readonly at?: string; readonly stamps?: StampClass },
    onHear = () => {},
  ): Sharer => {
    const { at = '::', stamps = 'kernel', ...others } = options;
    const hear = (): void => {
      heard.push(name);
      onHear();
    };
    const sharer = { options: others, address: at, stamps, hear };
    leaves.set(name, sharing.join(PORT, sharer));
    return sharer;
  };
  const pass = (by: Sharer, to: string, from = '192.0.2.7'): readonly string[] => {
    sharing.pass(PORT, by, { to, from: { address: from, port: PORT } } as Datagram);
    return heard.splice(0);
  };
  return { join, pass, leave: (name: string) => leaves.get(name)!() };
}

describe('the sockets of a shared port that get a datagram', () => {
  it('are those of its family, its address and its interface', () => {
    const { join, pass } = setUp();
    const first = join('first', { interface: 'eth0' });
    join('both', {});
    join('v6', { family: 6 });
    join('v4', { family: 4, at: '0.0.0.0' });
    join('link', { at: 'fe80::1%eth0' });
    join('address', { at: '192.0.2.1' });
    join('elsewhere', { interface: 'eth1' });
    expect(pass(first, 'fe80::1%eth0')).to.deep.equal(['both', 'v6', 'link']);
    expect(pass(first, '2001:db8::1')).to.deep.equal(['both', 'v6']);
    expect(pass(first, '192.0.2.1')).to.deep.equal(['both', 'v4', 'address']);
  });

  it('are those that asked for stamps of the same clock', () => {
    const { join, pass } = setUp();
    const first = join('first', { interface: 'eth0', stamps: 'hardware' });
    join('kernel', { interface: 'eth0' });
    join('card', { interface: 'eth0', stamps: 'hardware' });
    join('virtual', { interface: 'eth0', stamps: 'hardware', hardwareClock: 3 });
    expect(pass(first, '192.0.2.1')).to.deep.equal(['card']);
  });

  it('include connected ones if the datagram comes from their peer', () => {
    const { join, pass } = setUp();
    const connected = join('connected', { peer: { address: '192.0.2.9', port: PORT } });
    const other = join('other', {});
    expect(pass(connected, '192.0.2.1', '192.0.2.9')).to.deep.equal(['other']);
    expect(pass(other, '192.0.2.1', '192.0.2.9')).to.deep.equal(['connected']);
    expect(pass(other, '192.0.2.1', '192.0.2.8')).to.deep.equal([]);
  });

  it('are those that are still open, whether or not the socket that received it is', () => {
    const { join, pass, leave } = setUp();
    const first = join('first', {});
    join('closing', {}, () => ['first', 'closing', 'late'].forEach(leave));
    join('late', {});
    join('last', {});
    expect(pass(first, '192.0.2.1')).to.deep.equal(['closing', 'last']);
    // Its own handler has closed it.
    expect(pass(first, '192.0.2.1')).to.deep.equal(['last']);
  });
});
