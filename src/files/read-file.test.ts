import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRegularFile } from './read-file.js';

describe('reading a regular file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-read-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('returns all octets up to the limit, and refuses one more', () => {
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.alloc(65_536, 97));
    expect(readRegularFile(path, { most: 65_536 })).to.have.length(65_536);
    writeFileSync(path, Buffer.alloc(65_537, 97));
    expect(() => readRegularFile(path, { most: 65_536 })).to.throw('it is larger than 64 KiB');
  });

  it('does not wait for the writer of a FIFO, and opens no device', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(() => readRegularFile(fifo, { most: 10 })).to.throw('it is a FIFO, not a regular file');
    expect(() => readRegularFile('/dev/zero', { most: 10 })).to.throw('it is a device, not a regular file');
    expect(() => readRegularFile(folder, { most: 10 })).to.throw('it is a directory, not a regular file');
  });

  it('follows a link, unless the file must be the hub’s own', () => {
    const path = join(folder, 'file');
    const link = join(folder, 'link');
    writeFileSync(path, 'text');
    symlinkSync(path, link);
    expect(readRegularFile(link, { most: 10 }).toString()).to.equal('text');
    expect(() => readRegularFile(link, { most: 10, own: true })).to.throw(`it is a symbolic link to ${path}`);
  });
});
