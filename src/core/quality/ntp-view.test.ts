import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { Source, type SourceTrack, type TrackKind } from '../tracks/source.js';
import { type NtpBasis, ntpPeer, ntpView } from './ntp-view.js';

const peer = (id: string, claims: Partial<Claims>, kind: TrackKind = 'exchange'): SourceTrack => {
  const source = new Source(id);
  source.claim({ synchronised: true, ...claims }, 0n, undefined);
  return { source, kind } as SourceTrack;
};
const SERVER = peer('ntp.a', { stratum: 2, address: '192.0.2.7:123', rootDelayNs: 4e6 });
const BASIS: NtpBasis = {
  mode: 'tracking',
  peer: ntpPeer(SERVER, 6e6),
  boundNs: 8e6,
  randomNs: 1e6,
  leap: 'none',
  referenceTime: 5n,
  localStratum: undefined,
  now: 9n,
};
/** printf '\\x20\\x01\\x0d\\xb8\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x01' | md5sum */
const MD5_OF_DB8_1 = '57.171.155.55';
const refidOf = (one: SourceTrack): string => ntpView({ ...BASIS, peer: ntpPeer(one, 6e6) }).refid;

describe('NTP view', () => {
  it('is one stratum below its source and names it by its address', () => {
    expect(ntpView(BASIS)).to.include({ stratum: 3, refid: '192.0.2.7', leap: 'none' });
  });

  it('serves a root distance that is the bound', () => {
    const { rootDelayNs, rootDispersionNs } = ntpView(BASIS);
    expect(rootDelayNs).to.equal(10e6);
    expect(rootDelayNs / 2 + rootDispersionNs).to.equal(8e6);
  });

  it('serves no root dispersion below the random part of the bound, and no more than the bound with it', () => {
    expect(ntpView({ ...BASIS, boundNs: 1e6 })).to.include({ rootDelayNs: 0, rootDispersionNs: 1e6 });
    expect(ntpView({ ...BASIS, boundNs: 3e6 })).to.include({ rootDelayNs: 4e6, rootDispersionNs: 1e6 });
  });

  it('names an IPv6 server by four octets of the MD5 of its address', () => {
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '[2001:db8::1]:123' }))).to.equal(MD5_OF_DB8_1);
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '2001:db8:0:0:0:0:0:1' }))).to.equal(MD5_OF_DB8_1);
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '[::ffff:192.0.2.7]:123' }))).to.equal('192.0.2.7');
  });

  it('names a reference clock by its kind, at stratum 1', () => {
    expect(ntpView({ ...BASIS, peer: ntpPeer(peer('gpsd.r', { stratum: 0 }, 'pulse'), 0) })).to.include({
      stratum: 1,
      refid: 'PPS',
    });
    expect(refidOf(peer('gpsd.r', { stratum: 0, reference: 'GNSS' }, 'reading'))).to.equal('GPS');
    expect(refidOf(peer('nmea.r', { stratum: 0 }, 'reading'))).to.equal('GPS');
    expect(refidOf(peer('radio.r', {}, 'reading'))).to.equal('RADI');
  });

  it('grows in holdover as the bound does', () => {
    expect(ntpView({ ...BASIS, mode: 'holdover' })).to.deep.equal(ntpView(BASIS));
    expect(ntpView({ ...BASIS, mode: 'holdover', boundNs: 50e6 })).to.include({
      ...{ stratum: 3, refid: '192.0.2.7', rootDelayNs: 10e6, rootDispersionNs: 45e6 },
    });
  });

  it('serves the clock as it is in local mode, with the refid that chronyd sends', () => {
    const local = { ...BASIS, mode: 'unsynchronised', localStratum: 10, boundNs: Number.POSITIVE_INFINITY } as const;
    expect(ntpView(local)).to.deep.equal({
      ...{ stratum: 10, refid: '127.127.1.1', leap: 'none', rootDelayNs: 0, rootDispersionNs: 1000, referenceTime: 9n },
    });
    expect(ntpView({ ...local, localStratum: 1 }).refid).to.equal('LOCL');
  });

  it('counts strata up to 15, CSPTP servers as strata, and boundary clocks behind a PTP grandmaster as none', () => {
    const stratumBehind = (claims: Partial<Claims>) =>
      ntpView({ ...BASIS, peer: ntpPeer(peer('x.a', claims), 0) }).stratum;
    expect(stratumBehind({ stratum: 14 })).to.equal(15);
    expect(stratumBehind({ clockClass: 6, stepsRemoved: 0 })).to.equal(2);
    expect(stratumBehind({ clockClass: 248, stepsRemoved: 3 })).to.equal(6);
    const grandmaster = { identity: '001122fffe334455' } as NonNullable<Claims['grandmaster']>;
    expect(stratumBehind({ clockClass: 6, stepsRemoved: 18, grandmaster })).to.equal(2);
  });

  it('is stratum 16 and leap unknown when unsynchronised, or behind stratum 15', () => {
    for (const basis of [
      { ...BASIS, peer: ntpPeer(peer('ntp.a', { stratum: 15 }), 0) },
      { ...BASIS, peer: ntpPeer(peer('csptp.a', { clockClass: 248, stepsRemoved: 13 }), 0) },
      { ...BASIS, mode: 'unsynchronised' as const },
      { ...BASIS, peer: undefined },
    ])
      expect(ntpView(basis)).to.include({ stratum: 16, leap: 'unknown' });
  });
});
