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

  it('are found at both places where requests of NTPv4 and NTPv5 have them, in turn', () => {
    const marks = new OwnMarks();
    const [old, young] = [requestOf(9), new Uint8Array(144).fill(7, 24, 32)];
    const words = new Int32Array(young.buffer);
    for (let n = 0; n < 3; n++) {
      marks.add(old.mark, 40);
      marks.add(young.slice(24, 32), 24);
      expect([marks.has(old.words, 0, 48), marks.has(words, 0, 144)]).to.deep.equal([true, true]);
    }
    expect(marks.has(new Int32Array(new Uint8Array(144).fill(6, 24, 32).buffer), 0, 144)).to.equal(false);
  });

  it('inside a word are left out', () => {
    const marks = new OwnMarks();
    marks.add(new Uint8Array(8).fill(9), 41);
    marks.add(new Uint8Array(2).fill(9), 41);
    expect(marks.has(requestOf(9).words, 0, 48)).to.equal(false);
  });

  for (const offset of [28, 30])
    it(`of two octets at ${offset} are found if they are of the newest eight`, () => {
      const marks = new OwnMarks();
      const reader = new OwnMarks(marks.memory);
      const words = (first: number, second: number) => {
        const octets = new Uint8Array(64).fill(7);
        octets.set([first, second], 16 + offset);
        return new Int32Array(octets.buffer);
      };
      expect(reader.has(words(0, 0), 4, 48)).to.equal(false);
      for (let i = 0; i < 12; i++) marks.add(Uint8Array.of(0, i), offset);
      const found = Array.from({ length: 13 }, (_, i) => reader.has(words(0, i), 4, 48));
      expect(found).to.deep.equal([...Array(4).fill(false), ...Array(8).fill(true), false]);
      expect(reader.has(words(11, 0), 4, 48)).to.equal(false);
      expect(reader.has(words(0, 11), 4, offset + 1)).to.equal(false);
    });
});
