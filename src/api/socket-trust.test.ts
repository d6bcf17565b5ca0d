import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { folderFault, type SocketOrigin, socketFault } from './socket-trust.js';

const OWN = process.getuid!();
const STRANGER = 65_534;

/** A socket file of this user; no program listens at it. */
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
  /** The fault that another user finds, for whom this user's files are those of a stranger. */
  const seenBy = (uid: number, origin: SocketOrigin) => socketFault(socket, { uid, origin });

  beforeEach(async () => {
    top = mkdtempSync(join(tmpdir(), 'timehub-test-'));
    folder = join(top, 'folder');
    socket = join(folder, 'hub.sock');
    mkdirSync(folder, { mode: 0o700 });
    await makeSocket(socket);
  });

  afterEach(() => rmSync(top, { recursive: true }));

  it('is there for what this user has made, and where there is nothing', () => {
    for (const origin of ['own', 'system', 'named'] as const) expect(seenBy(OWN, origin), origin).to.equal(undefined);
    expect(socketFault(join(top, 'no', 'hub.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
    expect(socketFault(join(folder, 'no.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
  });

  it('is not there where others may write', () => {
    chmodSync(folder, 0o777);
    for (const origin of ['own', 'system', 'named'] as const)
      expect(seenBy(OWN, origin), origin).to.contain('mode 777');
  });

  it('is there in a folder of the group for a named socket alone', () => {
    chmodSync(folder, 0o770);
    expect(seenBy(OWN, 'named')).to.equal(undefined);
    for (const origin of ['own', 'system'] as const) expect(seenBy(OWN, origin), origin).to.contain('mode 770');
  });

  it('is there for a named socket in a sticky folder, and for no other', () => {
    chmodSync(folder, 0o1777);
    expect(seenBy(OWN, 'named')).to.equal(undefined);
    expect(seenBy(OWN, 'own')).to.contain('mode 1777');
  });

  it('does not follow a symbolic link that anybody could have made', () => {
    chmodSync(top, 0o1777);
    const link = join(top, 'link');
    symlinkSync(folder, link);
    expect(socketFault(join(link, 'hub.sock'), { uid: OWN, origin: 'own' })).to.contain('symbolic link');
    chmodSync(top, 0o700);
    expect(socketFault(join(link, 'hub.sock'), { uid: OWN, origin: 'own' })).to.equal(undefined);
  });

  it('is not there for a link or a file in place of the socket', () => {
    const link = join(folder, 'link.sock');
    symlinkSync(socket, link);
    expect(socketFault(link, { uid: OWN, origin: 'own' })).to.contain('no socket');
    writeFileSync(join(folder, 'file'), '');
    expect(socketFault(join(folder, 'file'), { uid: OWN, origin: 'own' })).to.contain('no socket');
    expect(folderFault(join(folder, 'file'), { uid: OWN, origin: 'own' })).to.contain('no folder');
  });

  describe('of root', () => {
    before(function () {
      if (OWN !== 0) this.skip();
    });

    it('is there for everybody, that of a stranger for nobody', () => {
      expect(seenBy(12_345, 'own')).to.equal(undefined);
      chownSync(folder, STRANGER, STRANGER);
      chownSync(socket, STRANGER, STRANGER);
      for (const uid of [0, 12_345])
        expect(seenBy(uid, 'own'), String(uid)).to.contain(`belongs to the user ${STRANGER}`);
      expect(seenBy(STRANGER, 'own')).to.equal(undefined);
    });

    it('is there for the service to which root gave the folder, and not for one that took it', () => {
      chownSync(folder, STRANGER, STRANGER);
      chownSync(socket, STRANGER, STRANGER);
      expect(seenBy(12_345, 'system')).to.equal(undefined);
      chmodSync(top, 0o1777);
      for (const origin of ['system', 'named'] as const)
        expect(seenBy(12_345, origin), origin).to.contain(`belongs to the user ${STRANGER}`);
    });

    it('is not there for a socket of a stranger in a folder of root', () => {
      chownSync(socket, STRANGER, STRANGER);
      for (const origin of ['own', 'system', 'named'] as const)
        expect(seenBy(12_345, origin), origin).to.contain(`belongs to the user ${STRANGER}`);
    });
  });
});
