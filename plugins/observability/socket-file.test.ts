import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HubError } from 'timehub/api';
import { firstUsable, makeSocketFolder, prepareSocket } from './socket-file.js';

const failure = async (work: () => unknown): Promise<HubError> => {
  try {
    await work();
  } catch (error) {
    expect(error).to.be.instanceOf(HubError);
    return error as HubError;
  }
  throw new Error('it did not fail');
};

describe('the file of the control socket', () => {
  let folder: string;
  let path: string;
  let server: Server | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-test-'));
    path = join(folder, 'hub.sock');
  });

  afterEach(() => {
    server?.close();
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  it('is removed when a killed hub has left it', async () => {
    const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', program]);
    expect(existsSync(path)).to.equal(true);
    await prepareSocket(path);
    expect(existsSync(path)).to.equal(false);
  });

  it('is not removed while a program answers', async () => {
    server = createServer();
    await new Promise<void>((resolve) => server!.listen(path, resolve));
    const error = await failure(() => prepareSocket(path));
    expect(error.code).to.equal('TH_NET_SOCKET');
    expect(error.message).to.contain('another hub answers');
    expect(existsSync(path)).to.equal(true);
  });

  it('is not removed when it is not a socket', async () => {
    writeFileSync(path, 'precious');
    expect((await failure(() => prepareSocket(path))).message).to.contain('not a socket');
    expect(statSync(path).size).to.equal(8);
  });

  it('may not have a longer path than the system allows', async () => {
    expect((await failure(() => prepareSocket(join(folder, 'x'.repeat(120))))).message).to.contain('107');
  });

  it('gets its folder, and the first usable place', () => {
    writeFileSync(join(folder, 'file'), '');
    const good = join(folder, 'a', 'b', 'hub.sock');
    expect(firstUsable([join(folder, 'file', 'hub.sock'), good])).to.equal(good);
    expect(statSync(join(folder, 'a', 'b')).isDirectory()).to.equal(true);
  });

  it('is refused in a folder that is not writable', async () => {
    if (process.getuid?.() === 0) {
      // Root may write everywhere except below a file.
      writeFileSync(join(folder, 'file'), '');
      expect((await failure(() => makeSocketFolder(join(folder, 'file', 'hub.sock')))).code).to.equal('TH_NET_SOCKET');
      return;
    }
    chmodSync(folder, 0o500);
    expect((await failure(() => makeSocketFolder(path))).code).to.equal('TH_NET_SOCKET');
    chmodSync(folder, 0o700);
  });
});
