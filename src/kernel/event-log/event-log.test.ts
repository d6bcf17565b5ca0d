import { execFileSync } from 'node:child_process';
import {
  createWriteStream,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { UntimedEvent } from '../events/untimed-event.js';
import { EventLogFile, fromLine, toLine } from './event-log.js';

/** Opens what the hub itself would refuse: the device that is always full. */
const followed = (path: string) => createWriteStream(path, { flags: 'a' });

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
    const eventLog = new EventLogFile(path, { schema: 1 });
    eventLog.write({ type: 'tick', monotonic: 5n });
    await eventLog.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map(fromLine);
    expect(lines).to.deep.equal([
      { type: 'header', schema: 1 },
      { type: 'tick', monotonic: 5n },
    ]);
    expect(eventLog.note).to.equal('');
  });

  it('reports a full disk, and the hub goes on', async () => {
    const eventLog = new EventLogFile('/dev/full', { schema: 1 }, followed);
    while (eventLog.note === '') {
      eventLog.write({ type: 'tick' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(eventLog.note).to.match(/^the event log \/dev\/full cannot be written: ENOSPC/);
    await eventLog.close();
  });

  it('on a disk that is full for a while reports that once and its recovery once, and says what is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'timehub-'));
    const path = join(folder, 'log');
    symlinkSync('/dev/full', path);
    const eventLog = new EventLogFile(path, { schema: 1 }, followed);
    const told: UntimedEvent[] = [];
    eventLog.watch((event) => told.push(event));
    const writeUntil = async (done: () => boolean) => {
      while (!done()) {
        eventLog.write({ type: 'tick' });
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    let lines = 0;
    await writeUntil(() => told.length > 0 && ++lines > 50);
    unlinkSync(path);
    await writeUntil(() => told.length > 1);
    await eventLog.close();
    expect(told.map(({ kind, id, severity }) => `${kind} ${id} ${severity}`)).to.deep.equal([
      'storage event-log warning',
      'storage event-log info',
    ]);
    expect(told[0]!.text).to.match(/ENOSPC.*are missing in it, and a replay ends here$/);
    const [empty, gap] = readFileSync(path, 'utf8').split('\n');
    expect(empty).to.equal('');
    const { dropped } = fromLine(gap!) as { readonly dropped: number };
    expect(told[1]!.text).to.equal(`${path} is written again; ${dropped} lines are missing`);
    expect(eventLog.note).to.equal('');
  });

  for (const [what, place, why] of [
    ['a symbolic link', (path: string, victim: string) => symlinkSync(victim, path), /symbolic link to .*victim/],
    ['a second name of a file', (path: string, victim: string) => linkSync(victim, path), /2 names/],
    ['a link to a device', (path: string) => symlinkSync('/dev/stderr', path), /symbolic link to \/dev\/stderr/],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path]), /it is a FIFO; name a regular file/],
    ['a folder', (path: string) => mkdirSync(path), /it is a directory/],
  ] as const) {
    it(`is not ${what}: the hub runs without a log and says so`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'timehub-'));
      const path = join(folder, 'log');
      const victim = join(folder, 'victim');
      writeFileSync(victim, 'precious');
      place(path, victim);
      const eventLog = new EventLogFile(path, { schema: 1 });
      const event = new Promise<UntimedEvent>((resolve) => eventLog.watch(resolve));
      expect((await event).text).to.match(why);
      eventLog.write({ type: 'tick' });
      await eventLog.close();
      expect(eventLog.note).to.match(why);
      expect(readFileSync(victim, 'utf8')).to.equal('precious');
    });
  }

  it('can be read only by user and group, for every umask', async () => {
    const before = process.umask(0);
    try {
      const path = join(mkdtempSync(join(tmpdir(), 'timehub-')), 'log');
      await new EventLogFile(path, { schema: 1 }).close();
      expect(statSync(path).mode & 0o777).to.equal(0o640);
    } finally {
      process.umask(before);
    }
  });
});
