import { expect } from 'chai';
import type { Datagram, Endpoint, HubError, Network, Stamp, UdpOptions, UdpSocket } from '../../api/index.js';
import { openClocks } from '../clocks.js';
import { loadNative } from '../native.js';
import { stampNow } from '../system-clock.js';
import { openNetwork } from './network.js';

const { native } = loadNative();
const text = (datagram: Datagram): string => Buffer.from(datagram.payload).toString();

const MANY_ROUNDS = 2000;

describe('a UDP socket with kernel stamps', () => {
  let network: Network;
  let now: () => Stamp;
  const opened: UdpSocket[] = [];
  const open = (options: UdpOptions): UdpSocket => {
    const socket = network.udp(options);
    opened.push(socket);
    return socket;
  };
  const server = (options: UdpOptions = { address: '127.0.0.1' }) => open(options);
  const clientOf = (socket: UdpSocket, address = socket.local.address): UdpSocket =>
    open({ peer: { address, port: socket.local.port }, transmitStamps: true });
  /** Returns a copy of the next datagram. */
  const next = (socket: UdpSocket): Promise<Datagram> =>
    new Promise((resolve) =>
      socket.onDatagram((datagram) => resolve({ ...datagram, payload: datagram.payload.slice() })),
    );

  before(function () {
    if (native === undefined) return this.skip();
    now = () => stampNow(openClocks(native));
    network = openNetwork(native, now);
    return undefined;
  });
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.close();
  });

  for (const [name, options, target] of [
    ['IPv4', { address: '127.0.0.1' }, '127.0.0.1'],
    ['IPv6', { address: '::1' }, '::1'],
    ['a dual-stack wildcard, asked over IPv4', {}, '127.0.0.1'],
    ['a dual-stack wildcard, asked over IPv6', {}, '::1'],
    ['an IPv4 wildcard', { family: 4 }, '127.0.0.1'],
    ['an IPv6-only wildcard', { family: 6 }, '::1'],
  ] as const) {
    it(`stamps both ends of an exchange in order: ${name}`, async () => {
      const asked = server(options);
      const client = clientOf(asked, target);
      const arrival = next(asked);
      const sent = new Promise<Stamp>((resolve) => client.onSent((_id, stamp) => resolve(stamp)));
      const { before } = client.send(Buffer.from('request'));
      const request = await arrival;
      const transmitted = await sent;
      const after = now();
      expect(text(request)).to.equal('request');
      expect(request.to).to.equal(target);
      expect(request.from.port).to.equal(client.local.port);
      expect(request.from.address).to.equal(target);
      expect([transmitted.by, request.received.by]).to.deep.equal(['kernel', 'kernel']);
      for (const clock of ['time', 'monotonic'] as const) {
        const order = [before, transmitted, request.received, after].map((stamp) => stamp[clock]);
        // Two brackets relate the time scales, so their widths are the tolerance of the monotonic stamp.
        const slack = clock === 'time' ? 0n : 5_000n;
        for (let i = 1; i < order.length; i++)
          expect(order[i]! + slack >= order[i - 1]!, `${clock} ${i}`).to.equal(true);
      }

      const reply = next(client);
      asked.send(Buffer.from('reply'), request.from, request.to);
      expect(text(await reply)).to.equal('reply');
    });
  }

  it('answers from the address that was asked', async () => {
    const asked = server({});
    const client = clientOf(asked, '127.0.0.2');
    asked.onDatagram((datagram) => asked.send(datagram.payload, datagram.from, datagram.to));
    const reply = next(client);
    client.send(Buffer.from('to the second address'));
    expect((await reply).from).to.deep.equal({ address: '127.0.0.2', port: asked.local.port });
  });

  it('numbers its datagrams and their transmit stamps alike', async () => {
    const asked = server();
    const client = clientOf(asked);
    const stamps = new Map<number, bigint>();
    const all = new Promise<void>((resolve) =>
      client.onSent((id, stamp) => {
        stamps.set(id, stamp.time);
        if (stamps.size === 50) resolve();
      }),
    );
    const sends = Array.from({ length: 50 }, () => client.send(Buffer.alloc(48)));
    await all;
    for (const [i, { id, before }] of sends.entries()) {
      expect(stamps.get(id)! >= before.time).to.equal(true);
      if (i + 1 < sends.length) expect(stamps.get(id)! <= sends[i + 1]!.before.time).to.equal(true);
    }
  });

  it('keeps numbers and transmit stamps together across a send that fails', async () => {
    const client = open({ address: '127.0.0.1', transmitStamps: true });
    const target = server().local;
    client.send(Buffer.alloc(1), target);
    expect(() => client.send(Buffer.alloc(1), { address: '::1', port: 9 }))
      .to.throw()
      .with.property('code', 'TH_NET_SEND');
    expect(() => client.send(Buffer.alloc(65_508), target))
      .to.throw()
      .with.property('code', 'TH_NET_SEND');
    const { id, before } = client.send(Buffer.alloc(1), target);
    const [sentId, stamp] = await new Promise<[number, Stamp]>((resolve) =>
      client.onSent((number, sent) => {
        if (number > 0) resolve([number, sent]);
      }),
    );
    expect(sentId).to.equal(id);
    expect(stamp.time >= before.time).to.equal(true);
  });

  it('delivers a burst larger than a batch, in order and each with its own stamp', async () => {
    const asked = server();
    const client = clientOf(asked);
    const seen: Datagram[] = [];
    const all = new Promise<void>((resolve) =>
      asked.onDatagram((datagram) => {
        seen.push({ ...datagram, payload: datagram.payload.slice() });
        if (seen.length === 200) resolve();
      }),
    );
    for (let i = 0; i < 200; i++) client.send(Uint8Array.of(i));
    await all;
    expect(seen.map((datagram) => datagram.payload[0])).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
    for (let i = 1; i < seen.length; i++) expect(seen[i]!.received.time > seen[i - 1]!.received.time).to.equal(true);
  });

  it('keeps no more datagrams waiting than its receive buffer holds', async () => {
    const socket = server({ address: '127.0.0.1', receiveBuffer: 2 ** 15 });
    const roomy = server();
    const heard = [0, 0];
    const done = new Promise<void>((resolve) => {
      socket.onDatagram(() => heard[0]!++);
      roomy.onDatagram((datagram) => (text(datagram) === 'last' ? resolve() : heard[1]!++));
    });
    const [to, toRoomy] = [clientOf(socket), clientOf(roomy)];
    for (let n = 0; n < 500; n++) for (const client of [to, toRoomy]) client.send(Buffer.alloc(48));
    toRoomy.send(Buffer.from('last'));
    await done;
    expect(heard[1]).to.equal(500);
    expect(heard[0]).to.be.within(8, 200);
  });

  it('receives only from its peer when it is connected', async () => {
    const peer = server();
    const client = clientOf(peer);
    const stranger = server();
    stranger.send(Buffer.from('stranger'), client.local);
    peer.send(Buffer.from('peer'), client.local);
    expect(text(await next(client))).to.equal('peer');
  });

  it('delivers an empty datagram and drops one that is longer than any time protocol sends', async () => {
    const asked = server();
    const client = clientOf(asked);
    client.send(Buffer.alloc(3000));
    client.send(new Uint8Array());
    expect((await next(asked)).payload).to.have.length(0);
    client.send(Buffer.alloc(2048, 7));
    expect((await next(asked)).payload).to.deep.equal(new Uint8Array(2048).fill(7));
  });

  for (const connected of [true, false]) {
    it(`reports a port where no program listens, and goes on: ${connected ? 'connected' : 'unconnected'}`, async () => {
      const gone = server();
      const { local } = gone;
      gone.close();
      const client = connected ? clientOf(gone) : open({ family: 4, transmitStamps: true });
      const told = new Promise<[Error, Endpoint | undefined]>((resolve) =>
        client.onNetworkError((error, failed) => resolve([error, failed])),
      );
      const to = connected ? undefined : local;
      client.send(Buffer.from('anybody?'), to);
      const [error, failed] = await told;
      expect(error).to.have.property('code', 'ECONNREFUSED');
      expect(failed).to.deep.equal({ address: '127.0.0.1', port: local.port });
      expect(error.message).to.equal(`127.0.0.1:${local.port}: no program listens there (ECONNREFUSED)`);
      for (let i = 0; i < 5; i++) client.send(Buffer.from('still anybody?'), to);
    });
  }

  it('leaves the event loop asleep after transmit stamps and network errors', async () => {
    const gone = server();
    gone.close();
    const client = clientOf(gone);
    await new Promise((resolve) => {
      client.onNetworkError(resolve);
      client.send(Buffer.from('anybody?'));
    });
    // Other tests of this process may leave it work for a moment; a socket that keeps the loop awake does so in each window.
    const shares: number[] = [];
    while (shares.length < 10 && !shares.some((share) => share < 0.5)) {
      const start = performance.eventLoopUtilization();
      await new Promise((resolve) => setTimeout(resolve, 100));
      shares.push(performance.eventLoopUtilization(start).utilization);
    }
    expect(Math.min(...shares)).to.be.below(0.5);
  });

  it('gets its transmit stamps while the handler of another socket, which is never silent, sends over it', async () => {
    const busy = server();
    const sender = clientOf(server());
    const client = clientOf(busy);
    let rounds = 0;
    const heard = new Promise<number>((resolve) => {
      sender.onSent(() => resolve(rounds));
      busy.onDatagram(() => {
        if (++rounds === MANY_ROUNDS) return resolve(rounds);
        sender.send(Buffer.from('x'));
        client.send(Buffer.from('next'));
      });
    });
    client.send(Buffer.from('first'));
    expect(await heard).to.be.below(MANY_ROUNDS);
  });

  it('can be closed from a handler: nothing more comes, the port is free at once', async () => {
    const asked = server();
    const client = clientOf(asked);
    let count = 0;
    const closed = new Promise<void>((resolve) =>
      asked.onDatagram(() => {
        count++;
        asked.close();
        server({ address: '127.0.0.1', port: asked.local.port });
        resolve();
      }),
    );
    for (let i = 0; i < 5; i++) client.send(Buffer.from('x'));
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(count).to.equal(1);
    asked.close();
    expect(() => asked.send(Buffer.from('x'), client.local)).to.throw('the socket is closed');
  });

  it('survives a handler that transfers the memory of a batch', async () => {
    const asked = server();
    const client = clientOf(asked);
    const stolen = new Promise<void>((resolve) =>
      asked.onDatagram((datagram) => {
        structuredClone(datagram.payload, { transfer: [datagram.payload.buffer as ArrayBuffer] });
        resolve();
      }),
    );
    client.send(Buffer.from('first'));
    await stolen;
    client.send(Buffer.from('second'));
    expect(text(await next(asked))).to.equal('second');
  });

  it('shares its port: all sockets of this hub get a unicast datagram, connected ones if it is from their peer', async () => {
    const first = open({ address: '127.0.0.1', reuse: true });
    const { port } = first.local;
    const wide = open({ family: 4, port, reuse: true });
    const other = open({ address: '127.0.0.2', port, reuse: true });
    let stray = 0;
    other.onDatagram(() => stray++);
    const both = Promise.all([next(first), next(wide)]);
    const client = clientOf(first);
    client.send(Buffer.from('one'));
    expect((await both).map(text)).to.deep.equal(['one', 'one']);

    const connect = (peer: Endpoint) => open({ peer, address: '127.0.0.1', port, reuse: true });
    const connected = [connect(client.local), connect(client.local)];
    connect(other.local).onDatagram(() => stray++);
    const all = Promise.all([first, wide, ...connected].map(next));
    client.send(Buffer.from('two'));
    expect((await all).map(text)).to.deep.equal(['two', 'two', 'two', 'two']);
    expect(stray).to.equal(0);
  });

  it('shares its port between an address and an interface that has it', async () => {
    const address = open({ address: '127.0.0.1', reuse: true });
    const { port } = address.local;
    const onIt = open({ family: 4, interface: 'lo', port, reuse: true });
    const both = Promise.all([next(address), next(onIt)]);
    clientOf(address).send(Buffer.from('one'));
    expect((await both).map(text)).to.deep.equal(['one', 'one']);
  });

  it('names the busy port and the command that finds its owner', () => {
    const { port } = server().local;
    expect(() => server({ address: '127.0.0.1', port }))
      .to.throw(`UDP port 127.0.0.1:${port} is in use by another program`)
      .with.property('code', 'TH_NET_PORT_BUSY');
  });

  it('notices when a busy port is free, and does not keep it', () => {
    const other = server();
    const { port } = other.local;
    let error: HubError | undefined;
    try {
      server({ address: '127.0.0.1', port });
    } catch (caught) {
      error = caught as HubError;
    }
    expect(error?.isOver?.()).to.equal(false);
    other.close();
    expect(error?.isOver?.()).to.equal(true);
    expect(server({ address: '127.0.0.1', port }).local.port).to.equal(port);
  });

  it('refuses an address that is not its own, or none at all', () => {
    for (const address of ['192.0.2.77', '2001:db8::77', 'time.example', '']) {
      expect(() => open({ address }))
        .to.throw()
        .with.property('code', 'TH_NET_ADDRESS');
    }
  });

  it('refuses to send without a destination', () => {
    expect(() => server().send(Buffer.from('x')))
      .to.throw('no destination was given')
      .with.property('code', 'TH_NET_SEND');
  });
});
