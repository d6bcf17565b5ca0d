import { expect } from 'chai';
import { isJournal, withPriority } from './journal-prefix.js';
import { lineFormat } from './log-line.js';

const line = (level: number, more: object = {}) =>
  `${JSON.stringify({ level, time: '2026-11-29T17:42:52.160Z', id: 'hub', ...more, msg: 'says so' })}\n`;

describe('a line of the log', () => {
  it('is the JSON as it is, or text', () => {
    expect(lineFormat('json', false)(line(40))).to.equal(line(40));
    expect(lineFormat('text', false)(line(40))).to.equal('17:42:52.160 warning hub: says so\n');
    expect(lineFormat('text', false)(line(30, { event: 'mode' }))).to.equal('17:42:52.160 hub: says so\n');
  });

  it('for journald begins with its priority: warning, notice, info, debug', () => {
    const prefixOf = (text: string) => lineFormat('json', true)(text).slice(0, 4);
    expect(prefixOf(line(40))).to.equal('<4>{');
    expect(prefixOf(line(30, { event: 'mode' }))).to.equal('<5>{');
    expect(prefixOf(line(40, { event: 'mode' }))).to.equal('<4>{');
    expect(prefixOf(line(30, { event: 'source' }))).to.equal('<6>{');
    expect(prefixOf(line(20))).to.equal('<7>{');
    expect(lineFormat('text', true)(line(40))).to.equal('<4>17:42:52.160 warning hub: says so\n');
  });

  it('of several lines has the priority before each', () => {
    expect(withPriority('a\nb\n', 'error')).to.equal('<3>a\n<3>b\n');
    const long = lineFormat(
      'text',
      true,
    )(`${JSON.stringify({ level: 40, time: '2026-11-29T17:42:52.160Z', id: 'hub', msg: 'one\ntwo' })}\n`);
    expect(long).to.equal('<4>17:42:52.160 warning hub: one\n<4>two\n');
  });

  it('leads to journald when the variable is set and it is not a terminal that inherited it', () => {
    expect(isJournal({ JOURNAL_STREAM: '8:1234' }, {})).to.equal(true);
    expect(isJournal({ JOURNAL_STREAM: '8:1234' }, { isTTY: true })).to.equal(false);
    expect(isJournal({}, {})).to.equal(false);
  });
});
