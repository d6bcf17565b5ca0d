import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { Source, type SourceTrack } from '../tracks/source.js';
import { accuracyOf, type PtpBasis, ptpView } from './ptp-view.js';

const carrier = (claims: Partial<Claims>): SourceTrack => {
  const source = new Source('x');
  source.claim({ synchronised: true, ...claims }, 0n, undefined);
  return { source } as SourceTrack;
};
const GNSS = carrier({ stratum: 0, traceable: true });
const NTP = carrier({ stratum: 1 });
const BASIS: PtpBasis = {
  mode: 'tracking',
  carriers: [GNSS],
  before: 248,
  boundNs: 90,
  specificationNs: 1500,
  utcKnown: true,
};

describe('PTP view', () => {
  it('announces class 6 when locked to a traceable reference of its own', () => {
    expect(ptpView(BASIS)).to.include({ clockClass: 6, clockAccuracy: 0x21, timeSource: 0x20, timeTraceable: true });
  });

  it('never announces 6 before UTC is known, nor while first converging, nor on network time', () => {
    expect(ptpView({ ...BASIS, utcKnown: false }).clockClass).to.equal(248);
    expect(ptpView({ ...BASIS, mode: 'converging' }).clockClass).to.equal(248);
    expect(ptpView({ ...BASIS, carriers: [NTP] })).to.include({ clockClass: 248, timeSource: 0x50 });
    expect(ptpView({ ...BASIS, carriers: [carrier({ stratum: 0, traceable: false })] }).clockClass).to.equal(248);
  });

  it('announces 7 in holdover within specification, and only after a 6', () => {
    const holdover = { ...BASIS, mode: 'holdover', carriers: [] } as const;
    expect(ptpView({ ...holdover, before: 6 })).to.include({ clockClass: 7, timeSource: 0xa0 });
    expect(ptpView({ ...holdover, before: 7 }).clockClass).to.equal(7);
    expect(ptpView({ ...holdover, before: 7, mode: 'unsynchronised' }).clockClass).to.equal(248);
    expect(ptpView({ ...holdover, before: 248 }).clockClass).to.equal(248);
  });

  it('announces 52 out of specification, until the reference is tracked again', () => {
    const holdover = { ...BASIS, mode: 'holdover', carriers: [], boundNs: 2000 } as const;
    expect(ptpView({ ...holdover, before: 7 })).to.include({ clockClass: 52, timeTraceable: false });
    expect(ptpView({ ...holdover, before: 52, boundNs: 90 }).clockClass).to.equal(52);
    expect(ptpView({ ...BASIS, before: 52, mode: 'converging' }).clockClass).to.equal(52);
    expect(ptpView({ ...BASIS, before: 52 }).clockClass).to.equal(6);
  });

  it('is in holdover while network time goes on without the reference: the bound decides', () => {
    const fallback = { ...BASIS, carriers: [NTP], before: 6 };
    expect(ptpView(fallback).clockClass).to.equal(7);
    expect(ptpView({ ...fallback, boundNs: 2000 }).clockClass).to.equal(52);
    expect(ptpView({ ...fallback, before: 52 }).clockClass).to.equal(52);
    expect(ptpView({ ...fallback, utcKnown: false }).clockClass).to.equal(248);
  });

  it('names the grandmaster that all carriers follow', () => {
    const grandmaster = { identity: '0011220000334455' } as Claims['grandmaster'] & object;
    const ptp = carrier({ clockClass: 6, grandmaster });
    expect(ptpView({ ...BASIS, carriers: [ptp, ptp] }).grandmaster).to.equal(grandmaster);
    expect(ptpView({ ...BASIS, carriers: [ptp, GNSS] })).not.to.have.property('grandmaster');
    expect(ptpView({ ...BASIS, mode: 'unsynchronised', carriers: [ptp] })).not.to.have.property('grandmaster');
  });

  it('announces an accuracy that contains the bound', () => {
    expect(accuracyOf(25)).to.equal(0x20);
    expect(accuracyOf(26)).to.equal(0x21);
    expect(accuracyOf(1e6)).to.equal(0x29);
    expect(accuracyOf(9e9)).to.equal(0x30);
    expect(accuracyOf(11e9)).to.equal(0x31);
    expect(accuracyOf(Number.POSITIVE_INFINITY)).to.equal(0xfe);
  });
});
