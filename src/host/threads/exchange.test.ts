import { expect } from 'chai';
import { RequestBatch } from '../../api/index.js';
import { loadNative, type Native } from '../native.js';
import { arenaOf } from '../net/arena.js';

const { native: loaded } = loadNative();

/** Server sockets with an exchange, and a client whose datagrams are already there when the exchange looks. */
function scene(native: Native, address = '127.0.0.1', sockets = 1) {
  const first = native.openServerSocket({ address });
  const { port } = native.serverSocketAddress(first);
  const group = [first];
  while (group.length < sockets) group.push(native.openServerSocket({ address, port, join: true }));
  const batch = new RequestBatch();
  const exchange = native.openExchange(group, batch.memory);
  const heard: { octets: Uint8Array; from: string; at: bigint }[] = [];
  const client = native.openUdp({ address: address.includes(':') ? '::' : '0.0.0.0' }, (buffer, count) => {
    const arena = arenaOf(buffer);
    for (let i = 0; i < count; i++)
      if (arena.kind(i) === 0) heard.push({ octets: arena.payload(i).slice(), from: arena.from(i), at: arena.time(i) });
  });
  const before = new BigInt64Array(3);
  const ask = (octets: Uint8Array, to = address, from?: string) => native.send(client, octets, to, port, from, before);
  const close = () => {
    native.closeExchange(exchange);
    for (const socket of group) native.closeServerSocket(socket);
    native.close(client);
  };
  return { group, port, batch, exchange, client, heard, ask, close };
}

/** Lets the event loop deliver what has come. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));

const echo = ({ requests, replies, requestOctets, replyOctets }: RequestBatch, slot: number): void => {
  replies[slot]!.set(requests[slot]!);
  replyOctets[slot] = requestOctets[slot]!;
};

describe('an exchange of the addon', () => {
  before(function () {
    if (loaded === undefined) this.skip();
  });
  const native = loaded!;

  for (const address of ['127.0.0.1', '::1'])
    it(`answers a batch of requests at ${address}, with client, stamps and lengths`, async () => {
      const { batch, exchange, client, heard, ask, close } = scene(native, address);
      for (let i = 0; i < 20; i++) ask(new Uint8Array(48 + i).fill(i));
      const count = native.receiveRequests(exchange, 0);
      expect(count).to.equal(20);
      const now = BigInt(Date.now());
      for (let slot = 0; slot < count; slot++) {
        expect(batch.requestOctets[slot]).to.equal(48 + slot);
        expect(batch.requests[slot]![47]).to.equal(slot);
        expect(batch.ports[slot]).to.equal(native.local(client).port);
        const arrival = BigInt(batch.receivedS[slot]!) * 1000n + BigInt(Math.floor(batch.receivedNs[slot]! / 1e6));
        expect(Number(now - arrival)).to.be.within(-2, 1000);
        if (slot % 2 === 0) echo(batch, slot);
      }
      const v4 = address === '127.0.0.1';
      expect([...batch.clients[0]!.subarray(10)]).to.deep.equal(v4 ? [255, 255, 127, 0, 0, 1] : [0, 0, 0, 0, 0, 1]);
      expect(native.requestAddresses(exchange, 0)).to.deep.equal({ client: address, local: address });
      expect(native.sendReplies(exchange, 0, count)).to.equal(0);
      await settle();
      expect(heard.map(({ octets }) => octets.length)).to.deep.equal(
        [0, 2, 4, 6, 8, 10, 12, 14, 16, 18].map((i) => 48 + i),
      );
      close();
    });

  it('replies from the address that was asked, on a socket of all addresses', async () => {
    const { batch, exchange, heard, ask, close } = scene(native, '0.0.0.0');
    ask(new Uint8Array(48), '127.0.0.7');
    ask(new Uint8Array(48), '127.0.0.9');
    expect(native.receiveRequests(exchange, 0)).to.equal(2);
    expect([...batch.locals[1]!.subarray(12)]).to.deep.equal([127, 0, 0, 9]);
    expect(native.requestAddresses(exchange, 1).local).to.equal('127.0.0.9');
    for (const slot of [0, 1]) echo(batch, slot);
    native.sendReplies(exchange, 0, 2);
    await settle();
    expect(heard.map(({ from }) => from)).to.deep.equal(['127.0.0.7', '127.0.0.9']);
    close();
  });

  it('gives a request that is longer than a slot as empty', () => {
    const { batch, exchange, ask, close } = scene(native);
    ask(new Uint8Array(1601));
    ask(new Uint8Array(1600));
    expect(native.receiveRequests(exchange, 0)).to.equal(2);
    expect([...batch.requestOctets.subarray(0, 2)]).to.deep.equal([0, 1600]);
    close();
  });

  it('returns after 200 ms without a request', () => {
    const { exchange, close } = scene(native);
    const before = performance.now();
    expect(native.receiveRequests(exchange, 0)).to.equal(0);
    expect(performance.now() - before).to.be.within(150, 2000);
    close();
  });

  it('reads at most 64 requests at once, and foresees when each chunk of 4 replies leaves', async () => {
    const { batch, exchange, heard, ask, close } = scene(native);
    const departures: bigint[] = [];
    for (let round = 0; round < 40; round++) {
      if (round % 2 === 0) for (let i = 0; i < 70; i++) ask(new Uint8Array(48).fill(i));
      const count = native.receiveRequests(exchange, 0);
      expect(count).to.equal(round % 2 === 0 ? 64 : 6);
      for (let first = 0; first < count; first += 4) {
        const end = Math.min(first + 4, count);
        for (let slot = first; slot < end; slot++) {
          echo(batch, slot);
          departures.push(BigInt(batch.departureS[slot]!) * 1_000_000_000n + BigInt(batch.departureNs[slot]!));
        }
        native.sendReplies(exchange, first, end);
      }
    }
    for (let i = 0; i < 500 && heard.length < 1400; i++) await settle();
    expect(heard).to.have.lengthOf(1400);
    // The first batches teach it how long a reply takes.
    const errors = heard.slice(700).map(({ at }, i) => Math.abs(Number(at - departures[700 + i]!)));
    expect(errors.sort((a, b) => a - b)[350]).to.be.below(20_000);
    close();
  });

  it('serves several sockets in turn', () => {
    const one = native.openServerSocket({ address: '127.0.0.1' });
    const other = native.openServerSocket({ address: '::1' });
    const batch = new RequestBatch();
    const exchange = native.openExchange([one, other], batch.memory);
    const client = native.openUdp({ address: '::' }, () => {});
    const out = new BigInt64Array(3);
    for (const socket of [one, other, one])
      native.send(client, new Uint8Array(48), ...endpoint(native, socket), undefined, out);
    const counts = [native.receiveRequests(exchange, 0), native.receiveRequests(exchange, 0)];
    expect(counts.sort()).to.deep.equal([1, 2]);
    native.closeExchange(exchange);
    for (const socket of [one, other]) native.closeServerSocket(socket);
    native.close(client);
  });

  it('gives all requests of a client to one socket of a group', () => {
    const { group, port, ask, close } = scene(native, '0.0.0.0', 3);
    native.steerByClient(group[0]!, 3);
    const exchanges = group.map((socket) => native.openExchange([socket], new RequestBatch().memory));
    for (let client = 1; client <= 30; client++)
      for (let i = 0; i < 3; i++) ask(new Uint8Array(48), '127.0.0.1', `127.0.0.${client}`);
    const counts = exchanges.map((exchange) => native.receiveRequests(exchange, 0));
    expect(counts.reduce((sum, count) => sum + count)).to.equal(90);
    for (const count of counts) expect(count % 3 === 0 && count > 0, `${counts}`).to.equal(true);
    expect(port).to.be.above(0);
    for (const exchange of exchanges) native.closeExchange(exchange);
    close();
  });

  it('refuses a port that another socket has, even one of a group', () => {
    const { port, close } = scene(native, '127.0.0.1', 2);
    expect(() => native.openServerSocket({ address: '127.0.0.1', port }))
      .to.throw('bind')
      .with.property('errno', 98);
    close();
    native.closeServerSocket(native.openServerSocket({ address: '127.0.0.1', port }));
  });

  it('shares its port with connected sockets if asked to: those get what their peer sends', async () => {
    const socket = native.openServerSocket({ address: '127.0.0.1', share: true });
    const { port } = native.serverSocketAddress(socket);
    const join = () => native.openServerSocket({ address: '127.0.0.1', port, share: true, join: true });
    const sockets = [socket, join()];
    expect(() => native.openServerSocket({ address: '127.0.0.1', port }))
      .to.throw('bind')
      .with.property('errno', 98);
    const heard: number[] = [];
    const [peer, other] = [
      native.openUdp({ address: '127.0.0.1' }, () => {}),
      native.openUdp({ address: '127.0.0.1' }, () => {}),
    ];
    const { port: peerPort } = native.local(peer);
    const connected = native.openUdp(
      { address: '127.0.0.1', port, reuse: true, peer: '127.0.0.1', peerPort },
      (buffer, count) => {
        for (let i = 0; i < count; i++) heard.push(arenaOf(buffer).payload(i)[0]!);
      },
    );
    const batch = new RequestBatch();
    const exchange = native.openExchange(sockets, batch.memory);
    const before = new BigInt64Array(3);
    native.send(peer, Uint8Array.of(1), '127.0.0.1', port, undefined, before);
    native.send(other, Uint8Array.of(2), '127.0.0.1', port, undefined, before);
    expect(native.receiveRequests(exchange, 0)).to.equal(1);
    expect(batch.requests[0]![0]).to.equal(2);
    while (heard.length === 0) await settle();
    expect(heard).to.deep.equal([1]);
    native.closeExchange(exchange);
    for (const each of sockets) native.closeServerSocket(each);
    for (const each of [peer, other, connected]) native.close(each);
  });

  it('does not touch a batch that was transferred, and refuses slots that it does not have', () => {
    const { batch, exchange, ask, close } = scene(native);
    ask(new Uint8Array(48));
    native.receiveRequests(exchange, 0);
    expect(() => native.sendReplies(exchange, 0, 2)).to.throw(TypeError, 'end');
    expect(() => native.requestAddresses(exchange, 1)).to.throw(TypeError, 'slot');
    structuredClone(batch.memory, { transfer: [batch.memory] });
    expect(() => native.sendReplies(exchange, 0, 1)).to.throw(TypeError, 'batch');
    expect(() => native.receiveRequests(exchange, 0)).to.throw(TypeError, 'batch');
    close();
    expect(() => native.receiveRequests(exchange, 0)).to.throw(TypeError, 'exchange');
  });
});

function endpoint(native: Native, socket: number): [string, number] {
  const { address, port } = native.serverSocketAddress(socket);
  return [address, port];
}
