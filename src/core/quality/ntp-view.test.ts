import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { createSource, type Track, type TrackKind } from '../source.js';
import { type NtpBasis, ntpView } from './ntp-view.js';

const peer = (id: string, claims: Partial<Claims>, kind: TrackKind = 'exchange'): Track => {
  const source = createSource(id);
  source.claims = { synchronised: true, ...claims };
  return { source, kind } as Track;
};
const SERVER = peer('ntp.a', { stratum: 2, address: '192.0.2.7:123', rootDelayNs: 4e6 });
const BASIS: NtpBasis = {
  mode: 'tracking',
  peer: SERVER,
  peerDelayNs: 6e6,
  boundNs: 8e6,
  randomNs: 1e6,
  boundThenNs: 8e6,
  silenceNs: 0,
  leap: 'none',
  referenceTime: 5n,
};
/** printf '\\x20\\x01\\x0d\\xb8\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x01' | md5sum */
const MD5_OF_DB8_1 = '57.171.155.55';
const refidOf = (one: Track): string => ntpView({ ...BASIS, peer: one }).refid;

describe('NTP view', () => {
  it('is one stratum below its source and names it by its address', () => {
    expect(ntpView(BASIS)).to.include({ stratum: 3, refid: '192.0.2.7', leap: 'none' });
  });

  it('serves a root distance that is the bound', () => {
    const { rootDelayNs, rootDispersionNs } = ntpView(BASIS);
    expect(rootDelayNs).to.equal(10e6);
    expect(rootDelayNs / 2 + rootDispersionNs).to.equal(8e6);
  });

  it('serves no root dispersion below the random part of the bound', () => {
    expect(ntpView({ ...BASIS, boundNs: 1e6, boundThenNs: 1e6 }).rootDispersionNs).to.equal(1e6);
  });

  it('names an IPv6 server by four octets of the MD5 of its address', () => {
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '[2001:db8::1]:123' }))).to.equal(MD5_OF_DB8_1);
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '2001:db8:0:0:0:0:0:1' }))).to.equal(MD5_OF_DB8_1);
    expect(refidOf(peer('ntp.a', { stratum: 2, address: '[::ffff:192.0.2.7]:123' }))).to.equal('192.0.2.7');
  });

  it('names a reference clock by its kind, at stratum 1', () => {
    expect(ntpView({ ...BASIS, peer: peer('gpsd.r', { stratum: 0 }, 'pulse') })).to.include({
      stratum: 1,
      refid: 'PPS',
    });
    expect(refidOf(peer('gpsd.r', { stratum: 0, reference: 'GNSS' }, 'reading'))).to.equal('GPS');
    expect(refidOf(peer('nmea.r', { stratum: 0 }, 'reading'))).to.equal('GPS');
    expect(refidOf(peer('radio.r', {}, 'reading'))).to.equal('RADI');
  });

  it('widens in holdover by at least 15 ppm', () => {
    const held = ntpView({ ...BASIS, mode: 'holdover', silenceNs: 1000e9 });
    expect(held.rootDispersionNs - ntpView(BASIS).rootDispersionNs).to.be.closeTo(15e6, 1);
    const worse = ntpView({ ...BASIS, mode: 'holdover', silenceNs: 1000e9, boundNs: 50e6 });
    expect(worse.rootDispersionNs).to.equal(45e6);
  });

  it('counts strata up to 15, CSPTP servers as strata, and boundary clocks behind a PTP grandmaster as none', () => {
    const stratumBehind = (claims: Partial<Claims>) => ntpView({ ...BASIS, peer: peer('x.a', claims) }).stratum;
    expect(stratumBehind({ stratum: 14 })).to.equal(15);
    expect(stratumBehind({ clockClass: 6, stepsRemoved: 0 })).to.equal(2);
    expect(stratumBehind({ clockClass: 248, stepsRemoved: 3 })).to.equal(6);
    const grandmaster = { identity: '001122fffe334455' } as NonNullable<Claims['grandmaster']>;
    expect(stratumBehind({ clockClass: 6, stepsRemoved: 18, grandmaster })).to.equal(2);
  });

  it('is stratum 16 and leap unknown when unsynchronised, or behind stratum 15', () => {
    for (const basis of [
      { ...BASIS, peer: peer('ntp.a', { stratum: 15 }) },
      { ...BASIS, peer: peer('csptp.a', { clockClass: 248, stepsRemoved: 13 }) },
      { ...BASIS, mode: 'unsynchronised' as const },
      { ...BASIS, peer: undefined },
    ])
      expect(ntpView(basis)).to.include({ stratum: 16, leap: 'unknown' });
  });
});
