import { expect } from 'chai';
import { accuracyCode, accuracyNs } from './quality.js';

describe('clockAccuracy', () => {
  it('is the code of the smallest limit that contains the bound', () => {
    const codes = [0, 0.001, 25, 25.1, 100, 250, 1000, 1e9, 1e10, 1.1e10, Number.POSITIVE_INFINITY].map(accuracyCode);
    expect(codes).to.deep.equal([0x17, 0x17, 0x20, 0x21, 0x21, 0x22, 0x23, 0x2f, 0x30, 0x31, 0x31]);
    expect(accuracyCode(Number.NaN)).to.equal(0xfe);
  });

  it('has its limit as bound', () => {
    const bounds = [0x17, 0x1d, 0x20, 0x21, 0x22, 0x23, 0x29, 0x2f, 0x30].map(accuracyNs);
    expect(bounds).to.deep.equal([0.001, 1, 25, 100, 250, 1000, 1e6, 1e9, 1e10]);
    expect(accuracyNs(0x31)).to.equal(Number.POSITIVE_INFINITY);
    for (const code of [0, 0x16, 0x32, 0xfe, 0xff]) expect(accuracyNs(code)).to.equal(undefined);
    for (let code = 0x17; code <= 0x31; code++) expect(accuracyCode(accuracyNs(code)!)).to.equal(code);
  });
});
