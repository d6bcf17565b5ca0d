import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { HubError } from '../../api/index.js';
import type { HostWorker, OwnRequest } from '../../kernel/host.js';
import { OwnMarks } from '../../kernel/own-marks.js';
import { loadNative } from '../native.js';
import { FOLLOWED, FOLLOWED_FROM_NEXT, HANG, THROW } from '../testing/echo-handler.js';
import { openWorkers } from './workers.js';

const { native } = loadNative();
const module = new URL('../testing/echo-handler.js', import.meta.url);

describe('a worker', function () {
  this.timeout(20_000);
  before(function () {
    if (native === undefined) this.skip();
  });
  const workers = native && openWorkers(native);
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });

  /** A worker that receives requests, and a client. */
  async function scene({ address = '127.0.0.1', data = { mark: 7 } as unknown, transmitStamps = false } = {}) {
    const sockets = workers!.open({ address, port: 0 }, 1, { transmitStamps, nextPort: transmitStamps });
    undo.push(() => sockets.close());
    const marks = new OwnMarks();
    const reported: OwnRequest[] = [];
    const start = (index = 0): HostWorker => {
      const worker = workers!.start({
        ...{ module, data, index, marks: marks.memory, sockets: sockets.of(0) },
        ...{ senders: sockets.senders(0), nextPorts: sockets.nextPorts },
        onRequest: (request) => void reported.push(request),
      });
      undo.push(async () => {
        worker.stop();
        await worker.ended;
      });
      return worker;
    };
    const worker = start();
    await worker.ready;
    const client = createSocket('udp4').bind(0, '127.0.0.1');
    await once(client, 'listening');
    undo.push(() => client.close());
    const ask = (request: Uint8Array) => exchange(client, request, sockets.local.port);
    return { sockets, marks, reported, start, worker, client, ask };
  }

  it('answers requests with the handler of a module, and stops when it is asked to', async () => {
    const { worker, ask } = await scene();
    expect([...(await ask(Uint8Array.of(1, 2, 3, 4)))]).to.deep.equal([1, 7, 0, 4]);
    worker.stop();
    expect(await worker.ended).to.equal(undefined);
    expect(worker.rounds).to.be.above(0);
  });

  it('gives its handler the transmit stamps of replies, and sends what follows them, from the next port if asked to', async () => {
    for (const address of ['127.0.0.1', '::']) {
      const { sockets, client } = await scene({ address, transmitStamps: true });
      const heard: { octets: readonly number[]; port: number }[] = [];
      const all = new Promise<void>((resolve) =>
        client.on('message', (octets, { port }) => {
          if (heard.push({ octets: [...octets], port }) === 4) resolve();
        }),
      );
      const { port } = sockets.local;
      for (const first of [FOLLOWED, FOLLOWED_FROM_NEXT]) client.send(Uint8Array.of(first, 0, 0, 9), port, '127.0.0.1');
      await all;
      expect(heard.map(({ octets, port: from }) => [octets[0], octets.length, from]).sort()).to.deep.equal([
        [FOLLOWED, 4, port],
        [FOLLOWED, 9, port],
        [FOLLOWED_FROM_NEXT, 4, port],
        [FOLLOWED_FROM_NEXT, 9, port + 1],
      ]);
      const stamps = heard.filter(({ octets }) => octets.length === 9).map(({ octets }) => Buffer.from(octets));
      for (const stamp of stamps) expect(stamp.readUInt32LE(1)).to.be.closeTo(Date.now() / 1000, 10);
    }
  });

  it('covers IPv4 and IPv6 at ::, and replies from the address that was asked', async () => {
    const { sockets, client } = await scene({ address: '::' });
    const replied = once(client, 'message');
    client.send(Uint8Array.of(1, 1, 1), sockets.local.port, '127.0.0.8');
    const [, from] = (await replied) as [Buffer, { address: string }];
    expect(from.address).to.equal('127.0.0.8');
    const client6 = createSocket('udp6').bind(0, '::1');
    await once(client6, 'listening');
    expect((await exchange(client6, Uint8Array.of(9, 9, 9), sockets.local.port, '::1'))[0]).to.equal(9);
    client6.close();
  });

  it('is replaced by another that receives from the same sockets, without losing a request', async () => {
    const { worker, start, ask } = await scene();
    const next = start(1);
    await next.ready;
    worker.stop();
    for (let i = 0; i < 20; i++) expect((await ask(Uint8Array.of(i, 0, 0)))[0]).to.equal(i);
    await worker.ended;
    expect((await ask(Uint8Array.of(1, 0, 0)))[2]).to.equal(1);
  });

  it('ends with the error that its handler throws; its requests wait for the next worker', async () => {
    const { worker, client, sockets, start } = await scene();
    client.send(Uint8Array.of(THROW), sockets.local.port);
    expect((await worker.ended)?.message).to.equal('the test wants it');
    const replied = once(client, 'message');
    client.send(Uint8Array.of(5, 0, 0), sockets.local.port, '127.0.0.1');
    await start(2).ready;
    expect([...((await replied) as [Buffer])[0]]).to.deep.equal([5, 7, 2]);
  });

  it('is ended in the middle of a handler that hangs', async () => {
    const { worker, client, sockets } = await scene();
    client.send(Uint8Array.of(HANG), sockets.local.port);
    const { rounds } = worker;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(worker.rounds - rounds).to.be.below(3);
    worker.terminate();
    expect((await worker.ended)?.message).to.match(/did not return/);
  });

  it('reports the first request at each own address, and those of the hub itself', async () => {
    const { marks, reported, client, ask } = await scene({ address: '0.0.0.0' });
    const own = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
    await ask(own);
    await ask(own);
    marks.add(own.slice(40, 48), 40);
    await ask(own);
    await ask(own.slice(0, 47));
    await ask(Uint8Array.from(own, (octet, i) => (i === 47 ? 0 : octet)));
    // A report and the reply to its request come by ways of their own.
    while (reported.length < 2) await turn();
    const { port } = client.address();
    expect(reported.map(({ from, to }) => ({ from, to }))).to.deep.equal(
      Array(2).fill({ from: { address: '127.0.0.1', port }, to: '127.0.0.1' }),
    );
    expect([...reported[1]!.payload]).to.deep.equal([...own]);
  });

  it('ends with the error of a module that cannot be loaded', async () => {
    const sockets = workers!.open({ address: '127.0.0.1', port: 0 }, 1);
    const marks = new OwnMarks().memory;
    const missing = new URL('./no-such-module.js', import.meta.url);
    const options = {
      ...{ data: {}, index: 0, marks, sockets: sockets.of(0), onRequest: () => {} },
      ...{ senders: [], nextPorts: [] },
    };
    expect((await workers!.start({ ...options, module: missing }).ended)?.message).to.match(/no-such-module/);
    sockets.close();
  });

  it('has its ports to itself: the errors are those of other sockets', () => {
    const sockets = workers!.open({ address: '127.0.0.1', port: 0 }, 3);
    const again = () => workers!.open({ address: '127.0.0.1', port: sockets.local.port }, 3);
    expect(again).to.throw('in use by another program').with.property('code', 'TH_NET_PORT_BUSY');
    try {
      again();
    } catch (error) {
      const { isOver } = error as HubError;
      expect(isOver!()).to.equal(false);
      sockets.close();
      expect(isOver!()).to.equal(true);
    }
    expect(() => workers!.open({ address: '192.0.2.1', port: 0 }, 1))
      .to.throw()
      .with.property('code', 'TH_NET_ADDRESS');
  });
});

/** Lets the event loop do one round. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Sends a request and returns its reply. */
async function exchange(client: Socket, request: Uint8Array, port: number, to = '127.0.0.1'): Promise<Buffer> {
  const replied = once(client, 'message');
  client.send(request, port, to);
  return ((await replied) as [Buffer])[0];
}
