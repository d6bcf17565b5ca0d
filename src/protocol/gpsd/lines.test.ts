import { expect } from 'chai';
import fc from 'fast-check';
import { LineSplitter } from './lines.js';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the line splitter', () => {
  it('finds the same lines however the stream is cut', () => {
    const text = fc.stringMatching(/^[a-zäöü ]{0,12}$/);
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat({ max: 7 })), (lines, cuts) => {
        const stream = octets(lines.map((line) => `${line}\r\n`).join(''));
        const splitter = new LineSplitter();
        const found: string[] = [];
        let from = 0;
        for (const cut of [...cuts, stream.length]) {
          found.push(...splitter.push(stream.subarray(from, from + cut)));
          from += cut;
        }
        expect(found).to.deep.equal(lines.filter((line) => line !== ''));
      }),
    );
  });

  it('drops a line beyond the cap, counts it once and goes on with the next', () => {
    const splitter = new LineSplitter(8);
    expect(splitter.push(octets('12345678\n'))).to.deep.equal(['12345678']);
    expect(splitter.push(octets('12345'))).to.deep.equal([]);
    expect(splitter.push(octets('6789'))).to.deep.equal([]);
    expect(splitter.push(octets('0'.repeat(100)))).to.deep.equal([]);
    expect(splitter.push(octets('xyz\nnext\n'))).to.deep.equal(['next']);
    expect(splitter.oversized).to.equal(1);
  });

  it('drops an unfinished line when the connection is new', () => {
    const splitter = new LineSplitter();
    splitter.push(octets('{"class":"TP'));
    splitter.reset();
    expect(splitter.push(octets('whole\n'))).to.deep.equal(['whole']);
  });
});
