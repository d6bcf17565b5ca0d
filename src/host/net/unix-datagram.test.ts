import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { UnixDatagramOptions, UnixDatagramSocket } from '../../api/index.js';
import { loadNative, type Native } from '../native.js';
import { openUnixDatagram } from './unix-datagram.js';

describe('a Unix datagram socket', () => {
  let native: Native;
  let folder: string;
  const opened: UnixDatagramSocket[] = [];
  const open = (name: string, options: Partial<UnixDatagramOptions> = {}): UnixDatagramSocket => {
    const socket = openUnixDatagram(native, { path: join(folder, name), ...options });
    opened.push(socket);
    return socket;
  };
  const next = (socket: UnixDatagramSocket): Promise<[string, string]> =>
    new Promise((resolve) =>
      socket.onDatagram(({ payload, from }) => resolve([Buffer.from(payload).toString(), from])),
    );

  before(function () {
    const loaded = loadNative().native;
    if (loaded === undefined) return this.skip();
    native = loaded;
    return undefined;
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-unix-'));
  });
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.close();
    rmSync(folder, { recursive: true });
  });

  it('answers a sender that has a path, however long', async () => {
    const server = open('server');
    const client = open('c'.repeat(107 - folder.length - 1));
    server.onDatagram(({ payload, from }) => server.send(payload, from));
    const reply = next(client);
    client.send(Buffer.from('GET TIME_STATUS_NP'), server.path);
    expect(await reply).to.deep.equal(['GET TIME_STATUS_NP', server.path]);
  });

  it('receives from a sender without a path, which cannot be answered', async () => {
    const server = open('server');
    const heard = next(server);
    native.sendUnix(server.path, Buffer.from('anonymous'));
    expect(await heard).to.deep.equal(['anonymous', '']);
  });

  it('without a path only sends', async () => {
    const server = open('server');
    const heard = next(server);
    const sender = openUnixDatagram(native, {});
    expect(sender.path).to.equal('');
    sender.send(Buffer.from('sample'), server.path);
    expect(await heard).to.deep.equal(['sample', '']);
    expect(() => sender.send(Buffer.from('x'), join(folder, 'nobody'))).to.throw('no such file');
    sender.close();
    expect(() => sender.send(Buffer.from('x'), server.path)).to.throw('closed');
  });

  it('has the mode that was asked for, whatever the umask, and leaves no file behind', () => {
    const socket = open('open', { mode: 0o666 });
    expect(statSync(socket.path).mode & 0o777).to.equal(0o666);
    expect(statSync(open('private').path).mode & 0o777).to.equal(0o600);
    socket.close();
    socket.close();
    expect(existsSync(socket.path)).to.equal(false);
  });

  it('replaces the file of a program that has ended, and of no running one', async () => {
    const path = join(folder, 'server');
    const program = 'import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])';
    const { status } = spawnSync('python3', ['-c', program, path]);
    if (status === 0) expect(existsSync(path)).to.equal(true);
    const first = open('server');
    expect(() => open('server'))
      .to.throw(`${path} is in use by another program`)
      .with.property('code', 'TH_NET_UNIX_BUSY');
    const heard = next(first);
    native.sendUnix(path, Buffer.from('still here'));
    expect(await heard).to.deep.equal(['still here', '']);
  });

  it('replaces no ordinary file, and needs a folder', () => {
    const path = join(folder, 'notes');
    writeFileSync(path, 'mine');
    expect(() => open('notes'))
      .to.throw()
      .with.property('code', 'TH_NET_UNIX_BUSY');
    expect(existsSync(path)).to.equal(true);
    expect(() => open('no/such/folder'))
      .to.throw()
      .with.property('code', 'TH_NET_UNIX');
  });

  it('does not remove the file of its successor', () => {
    const first = open('server');
    rmSync(first.path);
    const second = open('server');
    first.close();
    expect(existsSync(second.path)).to.equal(true);
  });

  it('says so when no program listens', () => {
    const socket = open('client');
    expect(() => socket.send(Buffer.from('x'), join(folder, 'nobody')))
      .to.throw('there is no such file or folder')
      .with.property('code', 'TH_NET_SEND');
    socket.close();
    expect(() => socket.send(Buffer.from('x'), join(folder, 'nobody'))).to.throw('the socket is closed');
  });
});
