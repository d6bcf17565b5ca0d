import { expect } from 'chai';
import { LONGEST_SENTENCE } from '../../api/index.js';
import { cleaned, cleanedLogger } from './clean-values.js';

describe('a value of an instance', () => {
  it('is cleaned at every depth, keys too, and is otherwise unchanged', () => {
    const shown = cleaned({ 'a\x1b': ['b\n', { c: '\u202e' }], n: 1, big: 2n, none: undefined, nil: null, yes: true });
    expect(shown).to.deep.equal({
      'a\u{fffd}': ['b\u{fffd}', { c: '\u{fffd}' }],
      ...{ n: 1, big: 2n, none: undefined, nil: null, yes: true },
    });
  });

  it('is bounded in length, in number and in depth', () => {
    const long = cleaned({ text: 'x'.repeat(1 << 20), list: new Array(1e6).fill(0) });
    expect(long.text).to.have.length(LONGEST_SENTENCE);
    expect(long.list).to.have.length(256);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, k) => [`k${k}`, k]));
    expect(Object.keys(cleaned(many))).to.have.length(256);
    let deep: unknown = 'x';
    for (let k = 0; k < 10_000; k++) deep = [deep];
    expect(JSON.stringify(cleaned(deep))).to.equal('[[[[[[[["…"]]]]]]]]');
  });

  it('is cleaned in the log, fields too', () => {
    const lines: unknown[] = [];
    const note = (message: string, fields?: object) => void lines.push([message, fields]);
    const log = cleanedLogger({ debug: note, info: note, warn: note });
    log.debug('a\r', { b: '\x1b' });
    log.info('c\x9b');
    log.warn('d\u2028', { e: ['\x07'] });
    expect(lines).to.deep.equal([
      ['a\u{fffd}', { b: '\u{fffd}' }],
      ['c\u{fffd}', undefined],
      ['d\u{fffd}', { e: ['\u{fffd}'] }],
    ]);
  });
});
