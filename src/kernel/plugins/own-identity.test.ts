import { expect } from 'chai';
import type { Claims, HubIdentity, NtpView } from '../../api/index.js';
import { OwnIdentity } from './own-identity.js';

const VIEW: NtpView = {
  stratum: 3,
  refid: '203.0.113.9',
  leap: 'none',
  rootDelayNs: 1e6,
  rootDispersionNs: 2e6,
  referenceTime: 1_795_219_200_123_456_789n,
};
const CLAIMS: Claims = { synchronised: true, stratum: 3, address: '198.51.100.7:123', reference: '203.0.113.9' };
const FROM = { address: '198.51.100.250', port: 4000 };
const MARK = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const request = (mark: Uint8Array): Uint8Array => Uint8Array.of(...new Uint8Array(40), ...mark);

function scene() {
  const ends: (() => void)[] = [];
  const identity = new OwnIdentity({
    network: { addresses: () => ['127.0.0.1', '192.0.2.1'] } as never,
    monotonic: () => 5_000_000_000n,
    innerNetworks: () => [],
  });
  const of = (id: string): HubIdentity =>
    identity.of({ id, type: id.split('.')[0]!, own: (end) => void ends.push(end) });
  return {
    identity,
    of,
    ours: (claims: Claims, id = 'ntp.a') => identity.judged(id, claims).ours,
    end: () => {
      for (const end of ends) end();
    },
  };
}

describe('the identity of the hub', () => {
  it('recognises the hub as its own source by its own request of this exchange', () => {
    const { of, ours } = scene();
    of('ntp.a').asks(MARK, 40);
    expect(ours(CLAIMS)).to.equal(undefined);
    of('ntp.s').hears(request(MARK), FROM, '192.0.2.1');
    expect(ours(CLAIMS)).to.equal('this is this hub itself: its request came in at its own server ntp.s');
    expect(ours(CLAIMS, 'ntp.b')).to.equal(undefined);
    of('ntp.a').asks(MARK.slice().reverse(), 40);
    expect(ours(CLAIMS)).to.equal(undefined);
  });

  it('learns from it other addresses that lead to the hub (D13)', () => {
    const { of, ours } = scene();
    of('ntp.a').asks(MARK, 40);
    of('ntp.s').hears(request(MARK), FROM, '192.0.2.1');
    ours(CLAIMS);
    const follower = { ...CLAIMS, address: '198.51.100.8:123', stratum: 4, reference: '198.51.100.7' };
    expect(ours(follower, 'ntp.b')).to.equal(
      'it follows this hub: it names 198.51.100.7, an address of this machine, as its server',
    );
  });

  it('keeps a bounded number of own addresses that received requests, the first ones', () => {
    const { identity, of } = scene();
    for (let k = 0; k < 10_000; k++)
      of('ntp.s').hears(request(MARK), FROM, `127.${k >> 16}.${(k >> 8) & 255}.${k & 255}`);
    expect(identity.asked).to.have.length(64).and.include('127.0.0.0');
  });

  it('accepts a short mark only from an own address, and a mark only within its protocol', () => {
    const { of, ours } = scene();
    of('csptp.a').asks(Uint8Array.of(7, 7), 40);
    of('csptp.s').hears(request(Uint8Array.of(7, 7)), FROM, '192.0.2.1');
    of('ntp.s').hears(request(Uint8Array.of(7, 7)), { ...FROM, address: '192.0.2.1' }, '192.0.2.1');
    expect(ours(CLAIMS, 'csptp.a')).to.equal(undefined);
    of('csptp.s').hears(request(Uint8Array.of(7, 7)), { ...FROM, address: '192.0.2.1' }, '192.0.2.1');
    expect(ours(CLAIMS, 'csptp.a')).to.include('csptp.s');
  });

  it('knows its clock identities while instances use them', () => {
    const { of, ours, end } = scene();
    of('ptp.gm').uses('001122fffe334455');
    expect(of('csptp.a').isOwn('001122fffe334455')).to.equal(true);
    expect(ours({ synchronised: true, clockClass: 6, reference: '001122.fffe.334455' })).to.equal(
      'it follows this hub: its grandmaster is 001122.fffe.334455, which is this hub itself',
    );
    end();
    expect(of('csptp.a').isOwn('001122fffe334455')).to.equal(false);
  });

  it('recognises its own reply by stratum, refid, root delay and reference time, as rounded on the wire (D13)', () => {
    const { identity, ours } = scene();
    identity.published(VIEW, 5_000_000_000n);
    const same = { ...CLAIMS, rootDelayNs: 1e6 + 9_000, referenceTime: VIEW.referenceTime + 1n };
    expect(ours(same)).to.match(/^this is this hub itself: stratum, refid/);
    for (const other of [
      { stratum: 4 },
      { reference: '203.0.113.8' },
      { rootDelayNs: 1.1e6 },
      { referenceTime: VIEW.referenceTime + 1000n },
    ])
      expect(ours({ ...same, ...other })).to.equal(undefined);
  });

  it('knows a loopback address as its own once a request arrived there', () => {
    const { of, ours } = scene();
    const rig = { ...CLAIMS, address: '127.0.24.3:123', reference: '127.0.24.2' };
    expect(ours(rig)).to.equal(undefined);
    of('ntp.s').hears(request(MARK), { address: '127.0.0.1', port: 4000 }, '127.0.24.2');
    expect(ours(rig)).to.include('names 127.0.24.2');
  });
});
