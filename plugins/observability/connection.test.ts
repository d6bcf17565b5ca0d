import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Channel } from './channel.js';
import { Connection } from './connection.js';
import { FakeClock } from './testing/fake-clock.js';

const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A socket whose peer sends by `peer.write` and reads only when told to. */
class FakeSocket extends PassThrough {
  readonly written: string[] = [];
  receive(octets: string): void {
    this.emit('data', Buffer.from(octets));
  }
  override write(chunk: unknown, done?: unknown): boolean {
    this.written.push(String(chunk));
    if (typeof done === 'function') done();
    return true;
  }
  destroySoon(): void {
    this.destroy();
  }
}

describe('a connection', () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let connection: Connection;
  let queued: Connection[];
  let refused: string[];
  let heads: string[];
  let channel: Channel | undefined;
  let understands: boolean;

  beforeEach(() => {
    clock = new FakeClock();
    understands = true;
    socket = new FakeSocket();
    [queued, refused, heads, channel] = [[], [], [], undefined];
    connection = new Connection(socket as never, 'peer', {
      now: () => clock.now(),
      queue: (one) => queued.push(one),
      attach: (_connection, opened) => {
        channel = opened;
        opened.on('data', (chunk) => {
          heads.push(String(chunk));
          if (understands) connection.requested();
        });
      },
      refused: (reason) => refused.push(reason),
      closed: () => {},
    });
  });

  it('passes on one request, and the next after the response was read', () => {
    socket.receive(HEAD.repeat(3));
    expect([queued.length, heads.length]).to.deep.equal([1, 0]);
    connection.answer();
    expect([queued.length, heads.length]).to.deep.equal([1, 1]);
    channel!.onAnswered();
    expect(queued.length).to.equal(2);
    connection.answer();
    expect(heads.length, 'in the same call').to.equal(2);
  });

  it('is cut when node:http does not accept a head', () => {
    understands = false;
    socket.receive('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    connection.answer();
    expect([socket.destroyed, refused]).to.deep.equal([true, ['malformed']]);
  });

  it('is cut with more requests than may wait', () => {
    socket.receive(HEAD.repeat(9));
    expect([socket.destroyed, refused, queued]).to.deep.equal([true, ['pipelining'], []]);
  });

  it('is cut when a request comes in too many pieces', () => {
    for (let octet = 0; octet < 64; octet++) socket.receive('A');
    expect(socket.destroyed).to.equal(false);
    socket.receive('A');
    expect([socket.destroyed, refused]).to.deep.equal([true, ['slow-request']]);
  });

  it('is cut when no request is complete after 5 s, even if input keeps coming', () => {
    for (let second = 0; second < 5; second++) {
      connection.check();
      expect(socket.destroyed).to.equal(false);
      socket.receive('X');
      clock.take(1000);
    }
    connection.check();
    expect([socket.destroyed, refused]).to.deep.equal([true, ['slow-request']]);
  });

  it('is closed when its peer sends no further request', () => {
    socket.receive(HEAD);
    connection.answer();
    channel!.onAnswered();
    clock.take(5000);
    connection.check();
    expect([socket.destroyed, refused]).to.deep.equal([true, []]);
  });

  it('gets 503 when it has no turn in 2 s', () => {
    socket.receive(HEAD);
    clock.take(2000);
    connection.check();
    expect(socket.written.join('')).to.match(/^HTTP\/1\.1 503 .*retry-after/s);
    expect([socket.destroyed, refused]).to.deep.equal([true, ['busy']]);
    connection.answer();
    expect(heads).to.deep.equal([]);
  });

  it('is cut when the response is not read in 10 s', () => {
    socket.receive(HEAD);
    connection.answer();
    clock.take(9999);
    connection.check();
    expect(socket.destroyed).to.equal(false);
    clock.take(1);
    connection.check();
    expect([socket.destroyed, refused]).to.deep.equal([true, ['slow-reader']]);
  });

  it('stays open as an event stream until the peer sends', () => {
    socket.receive(HEAD);
    connection.answer();
    connection.stream();
    clock.take(1e9);
    connection.check();
    expect(socket.destroyed).to.equal(false);
    for (let segment = 0; segment < 65; segment++) socket.receive(HEAD);
    expect([socket.destroyed, refused]).to.deep.equal([true, ['slow-request']]);
  });

  it('answers a peer that has closed its half', () => {
    socket.receive(HEAD);
    socket.emit('end');
    connection.answer();
    expect([heads.length, socket.destroyed]).to.deep.equal([1, false]);
    channel!.onAnswered();
    expect([socket.destroyed, refused]).to.deep.equal([true, []]);
  });
});
