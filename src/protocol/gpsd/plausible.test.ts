import { expect } from 'chai';
import { implausible, implausibleLeap } from './plausible.js';
import { parseUtc } from './utc.js';

const at = (text: string): bigint => parseUtc(text)!;
const NOW = at('2026-11-21T10:00:00Z');
const ERA = 1024n * 7n * 86_400_000_000_000n;

describe('a date of a receiver', () => {
  it('is believed when it is the present one, whatever the date of the machine', () => {
    expect(implausible(NOW, NOW)).to.equal('');
    expect(implausible(NOW, 0n)).to.equal('');
    expect(implausible(NOW, at('2024-02-01T00:00:00Z'))).to.equal('');
    expect(implausible(at('2031-05-05T00:00:00Z'), NOW)).to.equal('');
  });

  it('is refused when its week number has rolled over, and the right day is named', () => {
    expect(implausible(NOW - ERA, NOW))
      .to.contain('2007-04-07')
      .and.contain('2026-11-21')
      .and.contain('rolled over');
    expect(implausible(NOW - 2n * ERA, 0n)).to.contain('rolled over');
  });

  it('is refused when it is an era ahead of the machine', () => {
    expect(implausible(NOW + ERA, NOW)).to.contain('1024 weeks from');
    expect(implausible(NOW + 2n * ERA + 3_600_000_000_000n, NOW)).to.contain('2048 weeks from');
  });

  it('is refused when it is far ahead and the machine has no date to confirm it', () => {
    expect(implausible(NOW + ERA, 0n)).to.contain('too far ahead');
    expect(implausible(NOW + ERA, NOW + ERA)).to.equal('');
  });

  it('is refused while the leap second count is from before 2017', () => {
    expect(implausibleLeap(15)).to.contain('15 leap seconds');
    expect(implausibleLeap(18)).to.equal('');
    expect(implausibleLeap(undefined)).to.equal('');
  });
});
