import { expect } from 'chai';
import fc from 'fast-check';
import { cleanText, LONGEST_NAME, LONGEST_SENTENCE, printable } from './clean-text.js';

/** Any UTF-16 code unit, so that lone surrogates occur too. fast-check's own table of characters takes seconds to build. */
const UTF16 = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

describe('a text of a peer', () => {
  it('is unchanged if it is readable', () => {
    for (const text of ['', '/dev/ttyACM0', 'u-blox 9 — 3.25~dev', 'Zürich', '時計', '📡 GNSS'])
      expect(cleanText(text)).to.equal(text);
  });

  it('loses characters that command a terminal, end a line or are invisible', () => {
    const hostile: Record<string, string> = {
      '\x1b]0;PWNED\x07': '\u{fffd}]0;PWNED\u{fffd}',
      'a\r\nb': 'a\u{fffd}\u{fffd}b',
      '\x00\x7f': '\u{fffd}\u{fffd}',
      '\x9b31m': '\u{fffd}31m',
      '\u2028\u2029': '\u{fffd}\u{fffd}',
      'gpj.\u202etxt': 'gpj.\u{fffd}txt',
      '\u2066\u2069\u200e': '\u{fffd}\u{fffd}\u{fffd}',
      '\u200b\u200d\ufeff\u00ad': '\u{fffd}\u{fffd}\u{fffd}\u{fffd}',
      '\ud800x\udc00': '\u{fffd}x\u{fffd}',
      '\ue000': '\u{fffd}',
    };
    for (const [text, shown] of Object.entries(hostile)) expect(cleanText(text), escape(text)).to.equal(shown);
  });

  it('is cut with a mark before it is cleaned', () => {
    expect(cleanText('x'.repeat(LONGEST_NAME))).to.equal('x'.repeat(LONGEST_NAME));
    expect(cleanText('x'.repeat(LONGEST_NAME + 1))).to.equal(`${'x'.repeat(LONGEST_NAME - 1)}…`);
    expect(cleanText('\x1b'.repeat(1 << 20), LONGEST_SENTENCE)).to.equal(`${'\u{fffd}'.repeat(LONGEST_SENTENCE - 1)}…`);
  });

  it('has no half of a surrogate pair where it is cut', () => {
    expect(cleanText('ab📡cd', 4)).to.equal('ab\u{fffd}…');
  });

  it('has no unprintable character, and a second cleaning does not change it', () => {
    fc.assert(
      fc.property(fc.string({ unit: UTF16, maxLength: 300 }), (text) => {
        const clean = cleanText(text);
        expect(clean.length).to.be.at.most(LONGEST_NAME);
        expect(clean).to.not.match(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(cleanText(clean)).to.equal(clean);
        expect(printable(clean)).to.equal(clean);
      }),
    );
  });
});
