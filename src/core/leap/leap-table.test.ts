import { expect } from 'chai';
import { parseLeapSeconds } from './leap-list.js';
import { EMBEDDED_LEAP_TABLE } from './leap-seconds.js';
import { leapAhead, taiMinusUtc, withLeap } from './leap-table.js';

const utc = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const file = (lines: string, expires = 4291747200): string =>
  `#\tcomment\n#$\t3960835200\n#@\t${expires}\n#\n${lines}\n#h\t49db2447 571e5e1b\n`;
const DAY = 86_400_000_000_000n;

describe('leap table', () => {
  it('knows TAI − UTC at any time, on both sides of a leap', () => {
    const at = utc('2017-01-01');
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, at - 1n)).to.equal(36);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, at)).to.equal(37);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, utc('1996-06-01'))).to.equal(30);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, utc('1960-01-01'))).to.equal(10);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, undefined)).to.equal(37);
  });

  it('finds the next leap, inserted or deleted', () => {
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2016-12-31T12:00:00Z'), DAY)).to.deep.equal({
      kind: 'insert',
      at: utc('2017-01-01'),
    });
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2016-12-30T12:00:00Z'), DAY)).to.equal(undefined);
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2026-01-01'), 400n * DAY)).to.equal(undefined);
    const table = parseLeapSeconds(file('2272060800 10\n4102444800 9'), 'x');
    expect(leapAhead(table, utc('2029-12-31T12:00:00Z'), DAY)?.kind).to.equal('delete');
  });

  it('adds a leap that it lacks', () => {
    const at = utc('2027-01-01');
    expect(taiMinusUtc(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'insert', at }), at)).to.equal(38);
    expect(taiMinusUtc(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'delete', at }), at)).to.equal(36);
    const known = utc('2017-01-01');
    expect(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'insert', at: known })).to.equal(EMBEDDED_LEAP_TABLE);
  });
});
