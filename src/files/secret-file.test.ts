import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Identity } from './identity.js';
import { readRegularFile } from './read-file.js';
import { secretFault } from './secret-file.js';

describe('a file with secrets', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-secret-'));
    path = join(folder, 'keys');
    writeFileSync(path, 'x');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const { uid, gid } = { uid: process.getuid!(), gid: process.getgid!() };
  const me: Identity = { uid, gid, owners: new Set([uid]), groups: new Set([gid]), unmapped: undefined };

  it('is read if nobody but the hub has access', () => {
    for (const mode of [0o600, 0o400, 0o640]) {
      chmodSync(path, mode);
      expect(readRegularFile(path, { most: 10, secret: true }).toString()).to.equal('x');
    }
  });

  it('is refused if every user has access, with the mode and the remedy', () => {
    for (const mode of [0o644, 0o604, 0o602, 0o601]) {
      chmodSync(path, mode);
      const octal = `0${mode.toString(8)}`;
      expect(() => readRegularFile(path, { most: 10, secret: true })).to.throw(
        `every user has access to its secrets (mode ${octal}); run: chmod 0600 ${path}`,
      );
    }
    expect(readRegularFile(path, { most: 10 }).toString()).to.equal('x');
  });

  it('is refused if another group has access, or if another user owns it', () => {
    chmodSync(path, 0o640);
    const stranger = { ...me, groups: new Set<number>() };
    expect(secretFault(path, statSync(path), stranger)?.message).to.match(/^the group with gid \d+ has access/);
    const other = { ...me, owners: new Set<number>() };
    expect(secretFault(path, statSync(path), other)?.message).to.match(/^it belongs to another user/);
    expect(secretFault(path, statSync(path), me)).to.equal(undefined);
  });
});
