import { expect } from 'chai';
import { clockTime, decimal, shortDate, whole } from './field.js';

const REFERENCE = 1_767_225_600_000_000_000n;
const day = (iso: string): number => Date.parse(iso) / 86_400_000;

describe('the fields of a sentence', () => {
  it('have times with any number of decimals', () => {
    const noon = 43_200e9;
    expect(clockTime('120000')).to.deep.equal({ timeOfDayNs: noon, resolutionNs: 1e9 });
    expect(clockTime('120000.')).to.deep.equal({ timeOfDayNs: noon, resolutionNs: 1e9 });
    expect(clockTime('120000.2')).to.deep.equal({ timeOfDayNs: noon + 2e8, resolutionNs: 1e8 });
    expect(clockTime('120000.250')).to.deep.equal({ timeOfDayNs: noon + 25e7, resolutionNs: 1e6 });
    expect(clockTime('120000.12345678987654321')).to.deep.equal({ timeOfDayNs: noon + 123_456_789, resolutionNs: 1 });
  });

  it('have the second 60 at the end of a day only', () => {
    expect(clockTime('235960.00')).to.deep.equal({ timeOfDayNs: 86_400e9, resolutionNs: 1e7 });
    for (const field of [
      '225960',
      '235860',
      '235961',
      '240000',
      '126000',
      '12000',
      '1200000',
      '-10000',
      '12:00:00',
      '',
    ])
      expect(clockTime(field), field).to.equal(undefined);
    expect(clockTime(undefined)).to.equal(undefined);
  });

  it('have dates of two-digit years', () => {
    expect(shortDate('301126', REFERENCE)).to.equal(day('2026-11-30'));
    expect(shortDate('220899', REFERENCE)).to.equal(day('1999-08-22'));
    for (const field of ['310226', '001126', '2208-1', '30112026', '010170', ''])
      expect(shortDate(field, REFERENCE), field).to.equal(undefined);
  });

  it('have numbers, or nothing', () => {
    expect(['1', '-1.5', '+.5', '007'].map(decimal)).to.deep.equal([1, -1.5, 0.5, 7]);
    expect(['', '.', '-', '1e9', '0x1', '1 ', 'NaN', '9'.repeat(400)].map(decimal)).to.deep.equal(
      Array(8).fill(undefined),
    );
    expect(['08', '', '-1', '1.0', '1234567890'].map(whole)).to.deep.equal([8, ...Array(4).fill(undefined)]);
  });
});
