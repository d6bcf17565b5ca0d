import { expect } from 'chai';
import { formatProblems, type Problem, sortProblems } from './problem.js';

const problem = (over: Partial<Problem> = {}): Problem => ({
  code: 'TH_CFG_VALUE',
  severity: 'error',
  file: 'hub.toml',
  span: { line: 3, column: 8, width: 2, text: 'poll = 64' },
  message: 'poll must be a duration',
  hint: 'did you mean "64s"?',
  ...over,
});

describe('problems of a configuration, for a terminal', () => {
  it('show file, place, message, code, the line, a caret under the place and the hint', () => {
    expect(formatProblems([problem()])).to.equal(
      [
        'hub.toml:3:8  poll must be a duration  TH_CFG_VALUE',
        '    3 | poll = 64',
        '      |        ^^  did you mean "64s"?',
      ].join('\n'),
    );
  });

  it('keep the caret under the place when the line has tabs', () => {
    const span = { line: 1, column: 9, width: 1, text: '\tpoll = 6' };
    const [, line, caret] = formatProblems([problem({ span, hint: undefined })]).split('\n');
    expect(line).to.equal('    1 | \tpoll = 6');
    expect(caret).to.equal('      | \t       ^');
  });

  it('cut a very long line around the place', () => {
    const text = `key = "${'x'.repeat(500)}" oops ${'y'.repeat(500)}`;
    const span = { line: 1, column: text.indexOf('oops') + 1, width: 4, text };
    const [, line, caret] = formatProblems([problem({ span, hint: undefined })]).split('\n');
    expect(line!.length).to.be.below(130);
    expect(line!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).to.equal('oops');
  });

  it('show no control character of the file', () => {
    const span = { line: 1, column: 1, width: 1, text: 'a\u001b[31m\u202e = 1' };
    const text = formatProblems([problem({ span })]);
    expect(text).to.contain('a\u{fffd}[31m\u{fffd} = 1');
  });

  it('name only the file if they concern all of it', () => {
    expect(formatProblems([problem({ span: undefined, hint: 'look' })])).to.equal(
      'hub.toml  poll must be a duration  TH_CFG_VALUE\n      look',
    );
  });

  it('come in the order of their places, each once', () => {
    const at = (file: string, line: number) => problem({ file, span: { line, column: 1, width: 1, text: '' } });
    const sorted = sortProblems([at('b', 1), at('a', 10), at('a', 9), at('a', 10)], ['a', 'b']);
    expect(sorted.map(({ file, span }) => `${file}${span?.line}`)).to.deep.equal(['a9', 'a10', 'b1']);
  });
});
