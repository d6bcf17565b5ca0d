import { expect } from 'chai';
import { OwnMarks } from './own-marks.js';

/** A request of 48 octets whose mark, 8 octets of `value`, stands at 40. */
function requestOf(value: number): { readonly mark: Uint8Array; readonly words: Int32Array } {
  const octets = new Uint8Array(48).fill(value, 40);
  return { mark: octets.slice(40), words: new Int32Array(octets.buffer) };
}

describe('own marks', () => {
  it('are found in requests by another thread’s view of the memory', () => {
    const marks = new OwnMarks();
    const { mark, words } = requestOf(9);
    const reader = new OwnMarks(marks.memory);
    expect(reader.has(words, 0, 48)).to.equal(false);
    marks.add(mark, 40);
    expect(reader.has(words, 0, 48)).to.equal(true);
    expect(reader.has(requestOf(8).words, 0, 48)).to.equal(false);
  });

  it('are not found in a shorter request, in one that shares half of them, or in zeros', () => {
    const marks = new OwnMarks();
    const { mark, words } = requestOf(9);
    marks.add(mark, 40);
    expect(marks.has(words, 0, 47)).to.equal(false);
    words[11] = 1;
    expect(marks.has(words, 0, 48)).to.equal(false);
    expect(marks.has(requestOf(0).words, 0, 48)).to.equal(false);
  });

  it('that others may send too are left out', () => {
    const marks = new OwnMarks();
    marks.add(new Uint8Array(2).fill(9), 40);
    marks.add(new Uint8Array(8).fill(9), 41);
    expect(marks.has(requestOf(9).words, 0, 48)).to.equal(false);
  });
});
