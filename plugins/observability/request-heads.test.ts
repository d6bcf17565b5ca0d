import { expect } from 'chai';
import { RequestHeads } from './request-heads.js';

const head = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('the heads of requests', () => {
  it('are returned one at a time, for any segmentation', () => {
    const sent = head('/1') + head('/22') + head('/333');
    for (let size = 1; size <= sent.length; size++) {
      const heads = new RequestHeads();
      const taken: string[] = [];
      for (let at = 0; at < sent.length; at += size) {
        expect(heads.add(Buffer.from(sent.slice(at, at + size)))).to.equal(true);
        while (heads.complete) taken.push(heads.take().toString());
      }
      expect(taken, `segments of ${size}`).to.deep.equal([head('/1'), head('/22'), head('/333')]);
      expect(heads.begun).to.equal(false);
    }
  });

  it('may be eight at most', () => {
    expect(new RequestHeads().add(Buffer.from(head('/').repeat(8)))).to.equal(true);
    expect(new RequestHeads().add(Buffer.from(head('/').repeat(9)))).to.equal(false);
    const slowly = new RequestHeads();
    for (let request = 1; request <= 8; request++) expect(slowly.add(Buffer.from(head('/')))).to.equal(true);
    expect(slowly.add(Buffer.from(head('/')))).to.equal(false);
  });

  it('start after empty lines, which are no requests', () => {
    const heads = new RequestHeads();
    heads.add(Buffer.from('\r\n\r\n\r\n\r\n'));
    expect([heads.complete, heads.begun]).to.deep.equal([false, false]);
    heads.add(Buffer.from(`\r\n${head('/')}`));
    expect(heads.take().toString()).to.equal(head('/'));
  });

  it('are not awaited if the input is not HTTP', () => {
    const heads = new RequestHeads();
    heads.add(Buffer.from([0x16, 3, 1, 2]));
    expect(heads.complete).to.equal(true);
    expect(heads.take()).to.have.length(4);
  });

  it('are passed on incomplete when they are too long', () => {
    const heads = new RequestHeads();
    heads.add(Buffer.from(`GET / HTTP/1.1\r\nX: ${'a'.repeat(8000)}`));
    expect(heads.complete).to.equal(false);
    heads.add(Buffer.from('a'.repeat(200)));
    expect(heads.complete).to.equal(true);
    expect(heads.take()).to.have.length(8219);
  });
});
