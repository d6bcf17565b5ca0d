import { expect } from 'chai';
import { EMBEDDED_LEAP_TABLE } from './leap-seconds.js';
import { leapAhead, parseLeapSeconds, readLeapTable, taiMinusUtc, withLeap } from './leap-table.js';

const utc = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const file = (lines: string, expires = 4291747200): string =>
  `#\tcomment\n#$\t3960835200\n#@\t${expires}\n#\n${lines}\n#h\t49db2447 571e5e1b\n`;
const DAY = 86_400_000_000_000n;

describe('leap table', () => {
  it('reads leap-seconds.list with its expiry and hash line', () => {
    const table = parseLeapSeconds(file('2272060800      10      # 1 Jan 1972\n2287785600\t11\t# 1 Jul 1972'), 'x');
    expect(table.steps).to.deep.equal([
      { at: utc('1972-01-01'), taiMinusUtc: 10 },
      { at: utc('1972-07-01'), taiMinusUtc: 11 },
    ]);
    expect(table.expires).to.equal(utc('2036-01-01'));
  });

  it('knows TAI − UTC at any time, on both sides of a leap', () => {
    const at = utc('2017-01-01');
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, at - 1n)).to.equal(36);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, at)).to.equal(37);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, utc('1996-06-01'))).to.equal(30);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, utc('1960-01-01'))).to.equal(10);
    expect(taiMinusUtc(EMBEDDED_LEAP_TABLE, undefined)).to.equal(37);
  });

  it('sees leaps ahead, added and taken away', () => {
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2016-12-31T12:00:00Z'), DAY)).to.deep.equal({
      kind: 'insert',
      at: utc('2017-01-01'),
    });
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2016-12-30T12:00:00Z'), DAY)).to.equal(undefined);
    expect(leapAhead(EMBEDDED_LEAP_TABLE, utc('2026-01-01'), 400n * DAY)).to.equal(undefined);
    const table = parseLeapSeconds(file('2272060800 10\n4102444800 9'), 'x');
    expect(leapAhead(table, utc('2029-12-31T12:00:00Z'), DAY)?.kind).to.equal('delete');
  });

  it('takes in a leap that it did not know of', () => {
    const at = utc('2027-01-01');
    expect(taiMinusUtc(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'insert', at }), at)).to.equal(38);
    expect(taiMinusUtc(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'delete', at }), at)).to.equal(36);
    const known = utc('2017-01-01');
    expect(withLeap(EMBEDDED_LEAP_TABLE, { kind: 'insert', at: known })).to.equal(EMBEDDED_LEAP_TABLE);
  });

  it('refuses what is not such a list', () => {
    for (const text of ['', 'hello', file(''), file('2272060800 10\n2272060800 11'), '2272060800 10\n', file('99 10')])
      expect(() => parseLeapSeconds(text, 'x'), text)
        .to.throw()
        .with.property('code', 'TH_CLOCK_LEAP_TABLE');
  });

  it('prefers the newer of the file and the embedded table, and survives a broken file', () => {
    expect(readLeapTable(undefined)).to.equal(EMBEDDED_LEAP_TABLE);
    expect(readLeapTable(file('2272060800 10'), '/x/leap-seconds.list').origin).to.equal('/x/leap-seconds.list');
    expect(readLeapTable(file('2272060800 10', 3000000000))).to.equal(EMBEDDED_LEAP_TABLE);
    const fallback = readLeapTable('garbage', '/x/leap-seconds.list');
    expect(fallback.steps).to.equal(EMBEDDED_LEAP_TABLE.steps);
    expect(fallback.complaint).to.include('/x/leap-seconds.list').and.include('garbage');
  });
});
