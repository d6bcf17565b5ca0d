import { expect } from 'chai';
import { cutToScreen } from './cut-to-screen.js';

const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

describe('cutToScreen', () => {
  it('does not change a text that fits', () => {
    expect(cutToScreen('abc\ndef\n', 3, 3)).to.equal('abc\ndef\n');
  });

  it('cuts at the right edge and marks it', () => {
    expect(cutToScreen('abcdef', 4, 1)).to.equal('abc…');
  });

  it('cuts at the lower edge', () => {
    expect(cutToScreen('a\nb\nc', 9, 2)).to.equal('a\nb');
  });

  it('does not count colours, and ends a colour that it cuts', () => {
    expect(cutToScreen(`${RED}abc${PLAIN}`, 3, 1)).to.equal(`${RED}abc${PLAIN}`);
    expect(cutToScreen(`a${RED}bcdef${PLAIN}`, 4, 1)).to.equal(`a${RED}bc…${PLAIN}`);
  });
});
