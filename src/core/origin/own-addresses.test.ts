import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { type OwnAddresses, ownAddressNamedBy } from './own-addresses.js';

const PLACES: OwnAddresses = {
  addresses: ['127.0.0.1', '::1', '192.0.2.1', '10.0.0.1', '172.17.0.1', '2001:db8::1'],
  served: new Set(),
  inner: ['172.17.0.1/16'],
  hasServed: () => false,
};
const named = (claims: Partial<Claims>, places: Partial<OwnAddresses> = {}): string | undefined =>
  ownAddressNamedBy({ synchronised: true, stratum: 3, ...claims }, { ...PLACES, ...places });

describe('an own address named by a source', () => {
  it('is any address of this machine, IPv6 by its MD5', () => {
    expect(named({ address: '198.51.100.1:123', reference: '192.0.2.1' })).to.equal('192.0.2.1');
    // By md5sum.
    expect(named({ address: '198.51.100.1:123', reference: '57.171.155.55' })).to.equal('2001:db8::1');
    expect(named({ address: '198.51.100.1:123', reference: '192.0.2.2' })).to.equal(undefined);
  });

  it('is a parent address (CSPTP)', () => {
    const reference = '001122.fffe.334455';
    const csptp = { address: '198.51.100.1:319', clockClass: 248, reference };
    expect(ownAddressNamedBy({ synchronised: true, ...csptp, parent: '2001:db8::1' }, PLACES)).to.equal('2001:db8::1');
    expect(ownAddressNamedBy({ synchronised: true, ...csptp }, PLACES)).to.equal(undefined);
  });

  it('is none if the refid is a word: stratum 1', () => {
    expect(named({ address: '198.51.100.1:123', stratum: 1, reference: '192.0.2.1' })).to.equal(undefined);
  });

  it('is private only for sources that can mean it', () => {
    expect(named({ address: '10.0.0.7:123', reference: '10.0.0.1' })).to.equal('10.0.0.1');
    expect(named({ address: '192.168.3.7:123', reference: '10.0.0.1' })).to.equal('10.0.0.1');
    expect(named({ address: '198.51.100.1:123', reference: '10.0.0.1' })).to.equal(undefined);
  });

  it('on a bridge of containers counts for those containers only: every machine with Docker has it', () => {
    expect(named({ address: '10.0.0.7:123', reference: '172.17.0.1' })).to.equal(undefined);
    expect(named({ address: '172.17.0.3:123', reference: '172.17.0.1' })).to.equal('172.17.0.1');
    expect(named({ address: '127.0.0.1:1123', reference: '172.17.0.1' })).to.equal('172.17.0.1');
    expect(named({ address: '10.0.0.1:1123', reference: '172.17.0.1' })).to.equal('172.17.0.1');
  });

  it('on the loopback counts if a sink serves there', () => {
    const rig = { address: '127.0.24.3:123', reference: '127.0.24.2' };
    expect(named(rig)).to.equal(undefined);
    expect(named(rig, { served: new Set(['127.0.24.2']) })).to.equal('127.0.24.2');
    expect(named({ ...rig, address: '10.0.0.7:123' }, { served: new Set(['127.0.24.2']) })).to.equal(undefined);
    expect(named({ ...rig, reference: '127.127.1.1' }, { served: new Set(['127.127.1.1']) })).to.equal(undefined);
  });

  it('127.0.0.1 belongs to all servers of a test bench: the served stratum must be one below', () => {
    const rig = { address: '127.0.0.1:1123', reference: '127.0.0.1' };
    const served = new Set(['127.0.0.1']);
    expect(named(rig, { served })).to.equal(undefined);
    expect(named(rig, { served, hasServed: (stratum) => stratum === 2 })).to.equal('127.0.0.1');
    expect(named(rig, { served, hasServed: (stratum) => stratum === 3 })).to.equal(undefined);
  });
});
