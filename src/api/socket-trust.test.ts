import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { folderFault, type SocketOrigin, socketFault } from './socket-trust.js';

const OWN = process.getuid!();
const STRANGER = 65_534;

/** A socket file of this user on which no program listens. */
async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.new`, resolve));
  renameSync(`${path}.new`, path);
  await new Promise((resolve) => server.close(resolve));
}

describe('the trust in a socket', () => {
  let top: string;
  let folder: string;
  let socket: string;
  /** Returns the fault for another user, who does not trust this user's files. */
  const seenBy = (uid: number, origin: SocketOrigin) => socketFault(socket, { uid, origin });

  beforeEach(async () => {
    top = mkdtempSync(join(tmpdir(), 'timehub-test-'));
    folder = join(top, 'folder');
    socket = join(folder, 'hub.sock');
    mkdirSync(folder, { mode: 0o700 });
    await makeSocket(socket);
  });

  afterEach(() => rmSync(top, { recursive: true }));

  it('is given to files of this user, and to a path without a file', () => {
    for (const origin of ['own', 'system', 'named'] as const) expect(seenBy(OWN, origin), origin).to.equal(undefined);
    expect(socketFault(join(top, 'no', 'hub.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
    expect(socketFault(join(folder, 'no.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
  });

  it('is not given if other users can write to the folder', () => {
    chmodSync(folder, 0o777);
    for (const origin of ['own', 'system', 'named'] as const)
      expect(seenBy(OWN, origin), origin).to.contain('mode 777');
  });

  it('is given in a folder that a group can write to only for a named socket', () => {
    chmodSync(folder, 0o770);
    expect(seenBy(OWN, 'named')).to.equal(undefined);
    for (const origin of ['own', 'system'] as const) expect(seenBy(OWN, origin), origin).to.contain('mode 770');
  });

  it('is given in a sticky folder only to a named socket', () => {
    chmodSync(folder, 0o1777);
    expect(seenBy(OWN, 'named')).to.equal(undefined);
    expect(seenBy(OWN, 'own')).to.contain('mode 1777');
  });

  it('does not follow a symbolic link that any user could have made', () => {
    chmodSync(top, 0o1777);
    const link = join(top, 'link');
    symlinkSync(folder, link);
    expect(socketFault(join(link, 'hub.sock'), { uid: OWN, origin: 'own' })).to.contain('symbolic link');
    chmodSync(top, 0o700);
    expect(socketFault(join(link, 'hub.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
  });

  it('is not given to a link or file in place of the socket', () => {
    const link = join(folder, 'link.sock');
    symlinkSync(socket, link);
    expect(socketFault(link, { uid: OWN, origin: 'own' })).to.contain('not a socket');
    writeFileSync(join(folder, 'file'), '');
    expect(socketFault(join(folder, 'file'), { uid: OWN, origin: 'own' })).to.contain('not a socket');
    expect(folderFault(join(folder, 'file'), { uid: OWN, origin: 'own' })).to.contain('not a folder');
  });

  describe('of root', () => {
    before(function () {
      if (OWN !== 0) this.skip();
    });

    it('is given to every user for files of root, and to none for files of another user', () => {
      expect(seenBy(12_345, 'own')).to.equal(undefined);
      chownSync(folder, STRANGER, STRANGER);
      chownSync(socket, STRANGER, STRANGER);
      for (const uid of [0, 12_345])
        expect(seenBy(uid, 'own'), String(uid)).to.contain(`belongs to the user ${STRANGER}`);
      expect(seenBy(STRANGER, 'own')).to.equal(undefined);
    });

    it('is given to a service to which root gave the folder, and to no other', () => {
      chownSync(folder, STRANGER, STRANGER);
      chownSync(socket, STRANGER, STRANGER);
      expect(seenBy(12_345, 'system')).to.equal(undefined);
      chmodSync(top, 0o1777);
      for (const origin of ['system', 'named'] as const)
        expect(seenBy(12_345, origin), origin).to.contain(`belongs to the user ${STRANGER}`);
    });

    it('is not given to a socket of another user in a folder of root', () => {
      chownSync(socket, STRANGER, STRANGER);
      for (const origin of ['own', 'system', 'named'] as const)
        expect(seenBy(12_345, origin), origin).to.contain(`belongs to the user ${STRANGER}`);
    });
  });
});
