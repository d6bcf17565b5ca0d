import { expect } from 'chai';
import { parseLeapSeconds, readLeapTable } from './leap-list.js';
import { EMBEDDED_LEAP_TABLE } from './leap-seconds.js';

const utc = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const file = (lines: string, expires = 4291747200): string =>
  `#\tcomment\n#$\t3960835200\n#@\t${expires}\n#\n${lines}\n#h\t49db2447 571e5e1b\n`;

describe('leap-seconds.list', () => {
  it('reads leap-seconds.list with its expiry and hash line', () => {
    const table = parseLeapSeconds(file('2272060800      10      # 1 Jan 1972\n2287785600\t11\t# 1 Jul 1972'), 'x');
    expect(table.steps).to.deep.equal([
      { at: utc('1972-01-01'), taiMinusUtc: 10 },
      { at: utc('1972-07-01'), taiMinusUtc: 11 },
    ]);
    expect(table.expires).to.equal(utc('2036-01-01'));
  });

  it('refuses another file', () => {
    for (const text of ['', 'hello', file(''), file('2272060800 10\n2272060800 11'), '2272060800 10\n', file('99 10')])
      expect(() => parseLeapSeconds(text, 'x'), text)
        .to.throw()
        .with.property('code', 'TH_CLOCK_LEAP_TABLE');
  });

  it('prefers the newer of file and embedded table, and does without a broken file', () => {
    expect(readLeapTable(undefined)).to.equal(EMBEDDED_LEAP_TABLE);
    expect(readLeapTable(file('2272060800 10'), '/x/leap-seconds.list').origin).to.equal('/x/leap-seconds.list');
    expect(readLeapTable(file('2272060800 10', 3000000000))).to.equal(EMBEDDED_LEAP_TABLE);
    const fallback = readLeapTable('garbage', '/x/leap-seconds.list');
    expect(fallback.steps).to.equal(EMBEDDED_LEAP_TABLE.steps);
    expect(fallback.complaint).to.include('/x/leap-seconds.list').and.include('garbage');
  });
});
