import { expect } from 'chai';
import { RequestBatch, StampBatch } from '../../api/index.js';
import { loadNative } from '../native.js';
import { arenaOf } from '../net/arena.js';

const { native: loaded } = loadNative();

/** Lets the event loop deliver what has come. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));

const echo = ({ requests, replies, requestOctets, replyOctets }: RequestBatch, slot: number): void => {
  replies[slot]!.set(requests[slot]!);
  replyOctets[slot] = requestOctets[slot]!;
};

describe('the transmit stamps of an exchange', () => {
  before(function () {
    if (loaded === undefined) this.skip();
  });
  const native = loaded!;

  for (const address of ['127.0.0.1', '::1', '0.0.0.0'])
    it(`gives the transmit stamps of the replies that ask for them, and sends what follows, at ${address}`, async () => {
      const socket = native.openServerSocket({ address, transmitStamps: true });
      const { port } = native.serverSocketAddress(socket);
      const next = native.openServerSocket({ address, port: port + 1, deaf: true });
      const [batch, stamps] = [new RequestBatch(), new StampBatch()];
      const stamping = { stamps: stamps.memory, senders: [socket], nextPorts: [next] };
      const exchange = native.openExchange([socket], batch.memory, stamping);
      const to = address === '0.0.0.0' ? '127.0.0.6' : address;
      const heard: { length: number; first: number; from: string; at: bigint }[] = [];
      const client = native.openUdp({ address: to.includes(':') ? '::1' : '127.0.0.1' }, (buffer, count) => {
        const arena = arenaOf(buffer);
        for (let i = 0; i < count; i++) {
          const payload = arena.payload(i);
          const from = `${arena.from(i)} ${arena.port(i) - port}`;
          if (arena.kind(i) === 0) heard.push({ length: payload.length, first: payload[0]!, from, at: arena.time(i) });
        }
      });
      const before = new BigInt64Array(3);
      let asked = 0;
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 20; i++) native.send(client, new Uint8Array(48).fill(i), to, port, undefined, before);
        expect(native.receiveRequests(exchange, 0)).to.equal(20);
        for (let slot = 0; slot < 20; slot++) {
          expect(batch.tickets[slot]).to.equal(0);
          echo(batch, slot);
          // Replies without a ticket, or not sent at all, do not count.
          if (slot % 3 === 0) batch.tickets[slot] = 1000 * round + slot + 1;
          if (slot % 5 === 0) batch.replyOctets[slot] = 0;
          if (slot % 3 === 0 && slot % 5 !== 0) asked++;
        }
        for (let first = 0; first < 20; first += 4) native.sendReplies(exchange, first, first + 4);
        const count = native.readStamps(exchange);
        expect([...stamps.tickets.subarray(0, count)].sort((a, b) => a - b)).to.deep.equal(
          [3, 6, 9, 12, 18].map((slot) => 1000 * round + slot + 1),
        );
        expect(stamps.lost).to.equal(0);
        for (let i = 0; i < count; i++) {
          expect(stamps.ports[i]).to.equal(native.local(client).port);
          expect([stamps.followUpOctets[i], stamps.fromNextPort[i], stamps.clocks[i]]).to.deep.equal([0, 0, 0]);
          stamps.followUps[i]![0] = stamps.tickets[i]! % 1000;
          stamps.followUpOctets[i] = 44;
          stamps.fromNextPort[i] = i % 2;
        }
        expect(native.sendFollowUps(exchange, count)).to.equal(0);
        const sent = stamps.sentS[0]! * 1e9 + stamps.sentNs[0]!;
        expect(sent - Number(before[0]!)).to.be.within(0, 1e9);
        expect(native.readStamps(exchange)).to.equal(0);
      }
      expect(asked).to.equal(25);
      while (heard.length < 5 * 16 + asked) await settle();
      const follow = heard.filter(({ length }) => length === 44);
      expect(new Set(follow.map(({ from }) => from))).to.deep.equal(new Set([`${to} 0`, `${to} 1`]));
      expect(
        follow
          .slice(0, 5)
          .map(({ first }) => first)
          .sort((a, b) => a - b),
      ).to.deep.equal([4, 7, 10, 13, 19]);
      native.closeExchange(exchange);
      for (const each of [socket, next]) native.closeServerSocket(each);
      native.close(client);
    });

  it('keeps the numbers of stamps right when two exchanges receive from one socket, as while a worker is replaced', () => {
    const socket = native.openServerSocket({ address: '127.0.0.1', transmitStamps: true });
    const { port } = native.serverSocketAddress(socket);
    const client = native.openUdp({ address: '127.0.0.1' }, () => {});
    const before = new BigInt64Array(3);
    const make = () => {
      const [batch, stamps] = [new RequestBatch(), new StampBatch()];
      return {
        batch,
        stamps,
        exchange: native.openExchange([socket], batch.memory, {
          stamps: stamps.memory,
          senders: [socket],
          nextPorts: [],
        }),
      };
    };
    /** Answers requests. Returns the tickets whose stamps came. */
    const round = ({ batch, stamps, exchange }: ReturnType<typeof make>, base: number): readonly number[] => {
      for (let i = 0; i < 8; i++) native.send(client, new Uint8Array(48).fill(i), '127.0.0.1', port, undefined, before);
      const count = native.receiveRequests(exchange, 0);
      for (let slot = 0; slot < count; slot++) {
        echo(batch, slot);
        batch.tickets[slot] = base + slot;
      }
      native.sendReplies(exchange, 0, count);
      return [...stamps.tickets.subarray(0, native.readStamps(exchange))];
    };
    const [one, other] = [make(), make()];
    const all = (base: number) => Array.from({ length: 8 }, (_, i) => base + i);
    expect(round(one, 100)).to.deep.equal(all(100));
    expect(round(other, 200)).to.deep.equal(all(200));
    expect(round(one, 300)).to.deep.equal(all(300));
    for (const { exchange } of [one, other]) native.closeExchange(exchange);
    native.closeServerSocket(socket);
    native.close(client);
  });

  it('gets all stamps by a socket for sending, even if the requests fill the receive buffer', () => {
    const stampsWith = (own: boolean): { readonly sent: number; readonly stamped: number } => {
      const options = { address: '127.0.0.1', receiveBuffer: 8192 };
      const socket = native.openServerSocket({ ...options, transmitStamps: !own });
      const { port } = native.serverSocketAddress(socket);
      const sender = own
        ? native.openServerSocket({ ...options, port, join: true, deaf: true, transmitStamps: true })
        : socket;
      if (own) native.steerByClient(socket, 1);
      const client = native.openUdp({ address: '127.0.0.1' }, () => {});
      const [batch, stamps] = [new RequestBatch(), new StampBatch()];
      const stamping = { stamps: stamps.memory, senders: [sender], nextPorts: [] };
      const exchange = native.openExchange([socket], batch.memory, stamping);
      const flood = () => {
        const before = new BigInt64Array(3);
        for (let i = 0; i < 40; i++) native.send(client, new Uint8Array(48), '127.0.0.1', port, undefined, before);
      };
      flood();
      const sent = native.receiveRequests(exchange, 0);
      flood();
      for (let slot = 0; slot < sent; slot++) {
        echo(batch, slot);
        batch.tickets[slot] = 1;
      }
      native.sendReplies(exchange, 0, sent);
      const stamped = native.readStamps(exchange);
      native.closeExchange(exchange);
      for (const each of new Set([socket, sender])) native.closeServerSocket(each);
      native.close(client);
      return { sent, stamped };
    };
    const own = stampsWith(true);
    expect(own.sent).to.be.above(2);
    expect(own.stamped).to.equal(own.sent);
    const same = stampsWith(false);
    expect(same.stamped).to.be.below(same.sent);
  });

  it('reports the replies whose stamp does not come', () => {
    const socket = native.openServerSocket({ address: '127.0.0.1', transmitStamps: true });
    const { port } = native.serverSocketAddress(socket);
    const client = native.openUdp({ address: '127.0.0.1' }, () => {});
    const make = () => {
      const [batch, stamps] = [new RequestBatch(), new StampBatch()];
      return {
        batch,
        stamps,
        exchange: native.openExchange([socket], batch.memory, {
          stamps: stamps.memory,
          senders: [socket],
          nextPorts: [],
        }),
      };
    };
    const [one, thief] = [make(), make()];
    const answer = ({ batch, exchange }: ReturnType<typeof make>, count: number): void => {
      for (let i = 0; i < count; i++)
        native.send(client, new Uint8Array(48), '127.0.0.1', port, undefined, new BigInt64Array(3));
      expect(native.receiveRequests(exchange, 0)).to.equal(count);
      for (let slot = 0; slot < count; slot++) {
        echo(batch, slot);
        batch.tickets[slot] = 1 + slot;
      }
      native.sendReplies(exchange, 0, count);
    };
    answer(thief, 1);
    answer(one, 5);
    // Another exchange of the socket takes the stamps of both.
    expect(native.readStamps(thief.exchange)).to.equal(1);
    expect([native.readStamps(one.exchange), one.stamps.lost]).to.deep.equal([0, 0]);
    // After 1 s they are given up; each call waits for 0.2 s.
    while (one.stamps.lost === 0) {
      expect(native.receiveRequests(one.exchange, 0)).to.equal(0);
      expect(native.readStamps(one.exchange)).to.equal(0);
    }
    expect(one.stamps.lost).to.equal(5);
    expect([native.readStamps(one.exchange), one.stamps.lost]).to.deep.equal([0, 0]);
    for (const { exchange } of [one, thief]) native.closeExchange(exchange);
    native.closeServerSocket(socket);
    native.close(client);
  });
});
