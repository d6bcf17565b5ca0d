import { expect } from 'chai';
import { parseTolerantly } from './tolerant-parser.js';

/** `line:column+width message (hint)` */
const faults = (text: string): string[] =>
  parseTolerantly(text).faults.map(
    ({ span, message, hint }) =>
      `${span.line}:${span.column}+${span.width} ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );

describe('a syntax fault', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['poll = 64s', '1:8+3 a string, a duration or a rate needs quotes (did you mean "64s"?)'],
    ['poll = 64 s # often', '1:8+4 a string, a duration or a rate needs quotes (did you mean "64s"?)'],
    ['host = localhost', '1:8+9 a string, a duration or a rate needs quotes (did you mean "localhost"?)'],
    ['host = 192.0.2.1', '1:8+9 a string, a duration or a rate needs quotes (did you mean "192.0.2.1"?)'],
    ['prefer = Yes', '1:10+3 this is not a value of TOML (did you mean true?)'],
    ['prefer = off', '1:10+3 this is not a value of TOML (did you mean false?)'],
    ['host: "x"', '1:5+1 a key and its value are joined by "=" (did you mean "host = "x""?)'],
    ['host = “x”', '1:8+1 a string needs straight quotes (write " instead; switch "smart quotes" off in the editor)'],
    ['host = "x', '1:8+2 the closing quote is missing'],
    ['host = "x\r', '1:8+2 the closing quote is missing'],
    ['host', '1:1+4 this is not "key = value"'],
    ['host =', '1:7+1 this is not a value of TOML (strings and durations need quotes)'],
    [
      'a = "C:\\new\\q"',
      "1:12+2 this is not an escape sequence of TOML (write a backslash as \\\\, or put the text in single quotes: 'C:\\x')",
    ],
    ['a = "x" b = 2', '1:9+1 there is text after the value (each key needs a line of its own)'],
    ['a = [1, 2', '1:10+1 a comma or a closing bracket is missing'],
    ['a = 007', '1:5+1 a number cannot begin with 0'],
    ['a = 99999999999999999999', '1:5+1 this number is too large'],
    ['a = 2026-13-40', '1:5+1 this is not a date or time'],
    ['a = 1\n  a = 2', '2:3+1 "a" is set twice (first in line 1)'],
    ['[a.b]\n[c]\n[a.b]', '3:1+5 [a.b] occurs twice (first in line 1: give one of them another name)'],
    ['[a.b', '1:1+4 this is not a table header (did you mean "[a.b]"?)'],
    ['[clock.phc:eth0]', '1:1+16 a name with these characters needs quotes (did you mean "[clock."phc:eth0"]"?)'],
    ['[source ntp a]', '1:1+14 this is not a table header (did you mean "[source.ntp.a]"?)'],
    ['__proto__ = 1', '1:1+1 this word cannot be a key'],
    [`${'a.'.repeat(40)}b = 1`, '1:1+1 this is nested too deeply'],
  ];
  for (const [text, expected] of cases) {
    it(`${JSON.stringify(text.slice(0, 40))} is reworded`, () => {
      expect(faults(text)).to.deep.equal([expected]);
    });
  }
});

describe('parsing after a fault', () => {
  it('reports several faults of one file and keeps the rest', () => {
    const { tree, faults: told, incomplete } = parseTolerantly('[a]\nx = 64s\ny = 2\nz = yes\n[b]\nw: 1\nv = 3');
    expect(told.map(({ span }) => span.line)).to.deep.equal([2, 4, 6]);
    expect(tree).to.deep.equal({ a: { x: 0, y: 2, z: 0 }, b: { v: 3 } });
    expect(incomplete).to.equal(false);
  });

  it('leaves out a table whose header is faulty, up to the next', () => {
    const { tree, faults: told, incomplete } = parseTolerantly('[a.b\nx = 1\ny = q\n[c]\nz = 1');
    expect(told).to.have.length(1);
    expect(tree).to.deep.equal({ c: { z: 1 } });
    expect(incomplete).to.equal(true);
  });

  it('stops where the end of a statement is unknown', () => {
    const { tree, faults: told, incomplete } = parseTolerantly('a = [\n "x"\n "y"\n]\nb = 1');
    expect(told.map(({ span }) => span.line)).to.deep.equal([3]);
    expect(tree).to.deep.equal({});
    expect(incomplete).to.equal(true);
  });

  it('reports a fault once that it cannot replace', () => {
    expect(parseTolerantly('"\\q" = 1\nb = 2').faults).to.have.length(1);
  });

  it('does not change a text without faults', () => {
    const text = 'a = """\n[not a header\n"""\r\nb = [\n 1,\n]';
    expect(parseTolerantly(text)).to.deep.include({ text, faults: [], tree: { a: '[not a header\n', b: [1] } });
  });
});
