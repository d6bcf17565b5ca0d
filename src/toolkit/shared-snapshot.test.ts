import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { SharedSnapshot } from './shared-snapshot.js';

const OCTETS = 512;

describe('a shared snapshot', () => {
  it('gives a reader the value that was published last, once', () => {
    const writer = new SharedSnapshot(16);
    const reader = new SharedSnapshot(writer.memory);
    expect(reader.refresh()).to.equal(false);
    new Uint8Array(writer.own).fill(7);
    writer.publish();
    new Uint8Array(writer.own).fill(8);
    expect(reader.refresh()).to.equal(true);
    expect([...new Uint8Array(reader.own)]).to.deep.equal(Array(16).fill(7));
    expect(reader.refresh()).to.equal(false);
    writer.publish();
    expect(reader.refresh()).to.equal(true);
    expect(new Uint8Array(reader.own)[15]).to.equal(8);
  });

  it('leaves the value while a new one is being written', () => {
    const writer = new SharedSnapshot(16);
    const reader = new SharedSnapshot(writer.memory);
    writer.publish();
    reader.refresh();
    Atomics.add(new Int32Array(writer.memory), 0, 1);
    expect(reader.refresh()).to.equal(false);
  });

  it('is never half of one value and half of another, whatever another thread writes meanwhile', async () => {
    const reader = new SharedSnapshot(OCTETS);
    const url = new URL('./shared-snapshot.js', import.meta.url).href;
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       import(${JSON.stringify(url)}).then(({ SharedSnapshot }) => {
         const writer = new SharedSnapshot(workerData);
         const words = new Int32Array(writer.own);
         const rest = new Int32Array(new SharedArrayBuffer(4));
         for (let value = 1; ; value++) { words.fill(value); writer.publish(); Atomics.wait(rest, 0, 0, 0.02); }
       });`,
      { eval: true, workerData: reader.memory },
    );
    const words = new Int32Array(reader.own);
    let seen = 0;
    for (const end = Date.now() + 10_000; seen < 200 && Date.now() < end; ) {
      if (!reader.refresh()) {
        if (seen === 0) await new Promise(setImmediate);
        continue;
      }
      seen++;
      expect(words.every((word) => word === words[0])).to.equal(true);
    }
    await worker.terminate();
    expect(seen).to.be.above(20);
  });
});
