import { expect } from 'chai';
import fc from 'fast-check';
import { formatDay, parseUtc } from './utc.js';

describe('a time of gpsd', () => {
  it('is read as the platform reads it, from 1970 to 2199', () => {
    const date = fc.date({
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('2199-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (day) => {
        const instant = BigInt(day.getTime()) * 1_000_000n;
        expect(parseUtc(day.toISOString())).to.equal(instant);
        expect(formatDay(instant)).to.equal(day.toISOString().slice(0, 10));
      }),
    );
  });

  it('has its day computed at once, however late it is', () => {
    expect(formatDay(9007199254740991n * 1_000_000_000n)).to.equal('285428751-11-12');
    expect(formatDay(253402300800n * 1_000_000_000n)).to.equal('10000-01-01');
    expect(formatDay(951782400n * 1_000_000_000n)).to.equal('2000-02-29');
  });

  it('may have no fraction or a longer one', () => {
    expect(parseUtc('2026-11-21T10:00:00Z')).to.equal(1795255200000000000n);
    expect(parseUtc('2026-11-21T10:00:00.5Z')).to.equal(1795255200500000000n);
    expect(parseUtc('2026-11-21T10:00:00.1234567891Z')).to.equal(1795255200123456789n);
  });

  it('is undefined for other texts', () => {
    for (const text of [
      '',
      '2026-11-21',
      '2026-13-01T00:00:00Z',
      '2026-11-21T24:00:00Z',
      '2026-11-21T10:00:00+01:00',
    ]) {
      expect(parseUtc(text), text).to.equal(undefined);
    }
  });
});
