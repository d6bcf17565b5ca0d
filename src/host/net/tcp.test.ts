import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { connectTcp } from './tcp.js';

describe('a TCP connection', () => {
  let server: Server;
  let accepted: Promise<Socket>;
  let port: number;

  beforeEach(async () => {
    server = createServer();
    accepted = new Promise((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = address !== null && typeof address === 'object' ? address.port : 0;
  });
  afterEach(() => server.close());

  it('sends text and receives octets', async () => {
    const connection = await connectTcp({ address: '127.0.0.1', port }, 1e9);
    const peer = await accepted;
    peer.on('data', (chunk) => peer.write(`echo ${chunk}`));
    const reply = new Promise<Uint8Array>((resolve) => connection.onData(resolve));
    connection.write('hello');
    expect(Buffer.from(await reply).toString()).to.equal('echo hello');
    connection.close();
  });

  it('holds the peer up while it is paused', async () => {
    const connection = await connectTcp({ address: '127.0.0.1', port }, 1e9);
    const peer = await accepted;
    peer.on('error', () => {});
    let octets = 0;
    connection.onData((chunk) => {
      octets += chunk.length;
    });
    connection.pause();
    const written = new Promise((resolve) => peer.write(new Uint8Array(32 << 20), resolve));
    const early = await Promise.race([written, new Promise((resolve) => setImmediate(resolve, 'held up'))]);
    expect([early, octets]).to.deep.equal(['held up', 0]);
    connection.resume();
    await written;
    expect(octets).to.be.above(8 << 20);
    connection.close();
  });

  it('reports its end once: without a reason when it closed itself', async () => {
    const connection = await connectTcp({ address: '127.0.0.1', port }, 1e9);
    const ends: (Error | undefined)[] = [];
    const end = new Promise<void>((resolve) =>
      connection.onClose((error) => {
        ends.push(error);
        resolve();
      }),
    );
    connection.close();
    connection.close();
    await end;
    expect(ends).to.deep.equal([undefined]);
    connection.write('into the void');
  });

  it('says why when the peer ends it, even to a handler that comes late', async () => {
    const connection = await connectTcp({ address: '127.0.0.1', port }, 1e9);
    const first = new Promise<Error | undefined>((resolve) => connection.onClose(resolve));
    (await accepted).end();
    connection.onData(() => {});
    expect((await first)?.message).to.equal('the peer closed the connection');
  });

  it('is refused with the reason and a hint', async () => {
    await new Promise((resolve) => server.close(resolve));
    const error = await connectTcp({ address: '127.0.0.1', port }, 1e9).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'TH_NET_CONNECT');
    expect(error).to.have.property(
      'message',
      `cannot connect to 127.0.0.1:${port}: no program listens there (ECONNREFUSED)`,
    );
    expect(error).to.have.property('hint');
  });
});
