import { expect } from 'chai';
import { SharedText } from './shared-text.js';

describe('a shared text', () => {
  it('is read as it was written last, by the reader of the same memory', () => {
    const writer = new SharedText();
    const reader = new SharedText(writer.memory);
    expect(reader.read()).to.equal('');
    writer.write('a longer first text');
    expect(reader.read()).to.equal('a longer first text');
    writer.write('größer');
    expect([reader.read(), reader.read()]).to.deep.equal(['größer', 'größer']);
    writer.write('');
    expect(reader.read()).to.equal('');
  });

  it('is cut between characters when it is too long', () => {
    const text = new SharedText();
    text.write(`a${'ü'.repeat(200)}`);
    expect(new SharedText(text.memory).read()).to.equal(`a${'ü'.repeat(125)}`);
  });
});
