import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { FileJournal, fromLine, toLine } from './event-log.js';

describe('the event log', () => {
  it('reads back what it wrote, instants and doubles to the last bit', () => {
    const text = fc.string().filter((value) => !/[n#]$/.test(value));
    const record = fc.record({ monotonic: fc.bigInt(), offsetNs: fc.double(), nested: fc.array(fc.record({ text })) });
    fc.assert(
      fc.property(record, (value) => {
        expect(fromLine(toLine(value))).to.deep.equal(value);
      }),
    );
  });

  it('appends a header and records', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'timehub-')), 'log');
    const journal = new FileJournal(path, { schema: 1 });
    journal.write({ type: 'tick', monotonic: 5n });
    await journal.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map(fromLine);
    expect(lines).to.deep.equal([
      { type: 'header', schema: 1 },
      { type: 'tick', monotonic: 5n },
    ]);
    expect(journal.note).to.equal('');
  });

  it('on a full disk goes on without, and says so', async () => {
    const journal = new FileJournal('/dev/full', { schema: 1 });
    while (journal.note === '') {
      journal.write({ type: 'tick' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(journal.note).to.match(/^the event log \/dev\/full cannot be written: ENOSPC/);
    await journal.close();
  });
});
