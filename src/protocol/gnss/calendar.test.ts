import { expect } from 'chai';
import fc from 'fast-check';
import { dayNumber, ERA_NS, fullYear, gpsInstant, instantOf, rolloversBefore, splitInstant } from './calendar.js';

const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;

describe('the calendar of receivers', () => {
  it('knows the days that exist, and no others', () => {
    expect(dayNumber(1970, 1, 1)).to.equal(0);
    expect(dayNumber(2026, 11, 30)).to.equal(Number(at('2026-11-30T00:00:00Z') / 86_400_000_000_000n));
    expect(dayNumber(2024, 2, 29)).to.be.a('number');
    for (const [year, month, day] of [
      [2023, 2, 29],
      [2026, 0, 1],
      [2026, 13, 1],
      [2026, 4, 31],
      [2026, 1, 0],
      [26, 1, 1],
    ])
      expect(dayNumber(year!, month!, day!), `${year}-${month}-${day}`).to.equal(undefined);
  });

  it('finds the year of two digits in the 80 years around the reference', () => {
    const reference = at('2026-01-01T00:00:00Z');
    expect([86, 99, 0, 26, 65].map((digits) => fullYear(digits, reference))).to.deep.equal([
      1986, 1999, 2000, 2026, 2065,
    ]);
    expect([66, 85].map((digits) => fullYear(digits, reference))).to.deep.equal([undefined, undefined]);
  });

  it('splits an instant and joins it again', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 19n), (instant) => {
        const { day, timeOfDayNs } = splitInstant(instant);
        expect(timeOfDayNs).to.be.within(0, 86_399_999_999_999);
        expect(instantOf(day, timeOfDayNs)).to.equal(instant);
      }),
    );
  });

  it('counts the weeks of GPS from 1980-01-06', () => {
    expect(gpsInstant(0, 0n)).to.equal(at('1980-01-06T00:00:00Z'));
    expect(gpsInstant(2443, 86_400_000_000_000n)).to.equal(at('2026-11-02T00:00:00Z'));
  });

  it('says how many eras of 1024 weeks a date is too old', () => {
    const limit = at('2026-01-01T00:00:00Z');
    expect(rolloversBefore(limit, limit)).to.equal(0);
    expect(rolloversBefore(limit - 1n, limit)).to.equal(1);
    expect(rolloversBefore(limit - ERA_NS, limit)).to.equal(1);
    expect(rolloversBefore(limit - ERA_NS - 1n, limit)).to.equal(2);
    expect(at('2007-04-16T12:00:00Z') + ERA_NS).to.equal(at('2026-11-30T12:00:00Z'));
  });
});
