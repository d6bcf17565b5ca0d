import { createSocket, type Socket } from 'node:dgram';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { within } from '../launch.js';
import { need } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
/** Lengths of whole headers, of cut ones, and lengths at which no field and no authenticator ends, octets. */
const LENGTHS = [0, 1, 44, 47, 48, 49, 50, 51, 60];
/** Number of requests that are sent before the test waits for replies. The sockets' buffers hold as many. */
const BATCH = 64;

interface Request {
  readonly name: string;
  readonly packet: Buffer;
}

/** A unique transmit timestamp: the reply has it as its origin timestamp. */
let serial = 1n;

function requestOf(version: number, mode: number, length: number): Request {
  const packet = Buffer.alloc(Math.max(48, length));
  packet[0] = (version << 3) | mode;
  packet[2] = 6;
  packet.writeBigUInt64BE((0xecd0_0000n << 32n) | serial++, 40);
  return { name: `version ${version} mode ${mode} ${length} octets`, packet: packet.subarray(0, length) };
}

/** A request with a value in every field, like that of a peer that has asked before. */
function filled(version: number, mode: number): Request {
  const { packet } = requestOf(version, mode, 48);
  packet[0]! |= 0xc0;
  packet.set([5, 10, 0xec, 0, 0, 4, 2, 0, 0, 8, 1, 192, 0, 2, 77], 1);
  for (let at = 16; at < 40; at++) packet[at] = at;
  return { name: `version ${version} mode ${mode} filled in`, packet };
}

/** Returns the reply to each request as text: `version 3 mode 2 stratum … 48 octets`, or `silence`. */
async function repliesTo(socket: Socket, port: number, requests: readonly Request[]): Promise<readonly string[]> {
  const found = new Map<string, Buffer[]>();
  let waiting: { readonly key: string; readonly resolve: () => void } | undefined;
  const take = (reply: Buffer): void => {
    const key = reply.toString('hex', 24, 32);
    found.set(key, [...(found.get(key) ?? []), reply]);
    if (key === waiting?.key) waiting.resolve();
  };
  socket.on('message', take);
  for (let at = 0; at < requests.length; at += BATCH) {
    for (const { packet } of requests.slice(at, at + BATCH)) socket.send(packet, port, '127.0.0.1');
    // Datagrams keep their order here: when the reply to this request is there, all other replies are.
    const last = requestOf(4, 3, 48);
    const answered = new Promise<void>((resolve) => {
      waiting = { key: last.packet.toString('hex', 40, 48), resolve };
    });
    socket.send(last.packet, port, '127.0.0.1');
    await within(5000, answered, () => `no reply from port ${port}`);
  }
  socket.off('message', take);
  return requests.map(({ packet }) => {
    const replies = packet.length < 48 ? [] : (found.get(packet.toString('hex', 40, 48)) ?? []);
    return replies.length === 0 ? 'silence' : replies.map(describeReply).join(' and ');
  });
}

const describeReply = (reply: Buffer): string =>
  `version ${(reply[0]! >> 3) & 7} mode ${reply[0]! & 7} poll ${reply[2]} ${reply.length} octets`;

describe('the hub and chronyd, asked the same', function () {
  this.timeout(60_000);
  let bench: Bench;
  let chronyPort: number;
  let hubPort: number;
  before(async function () {
    const chrony = need(this, 'chrony');
    bench = new Bench();
    chronyPort = (await startChronyServer(bench, chrony)).port;
    hubPort = await freeUdpPort();
    const upstream = await startNtpStub(bench, 0n);
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\n[sink.ntp.lan]\nlisten = "127.0.0.1:${hubPort}"\n`,
    );
    await hub.until(({ ntp }) => ntp.stratum < 16);
  });
  after(() => bench?.clear());

  const sockets = new Map<number, Socket>();

  /** Undefined if the port cannot be used. */
  async function socketAt(port: number): Promise<Socket | undefined> {
    const open = sockets.get(port);
    if (open !== undefined) return open;
    const socket = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        // No service of this machine is bound to this address of the loopback interface.
        socket.bind(port, '127.0.0.123', resolve);
      });
    } catch {
      return undefined;
    }
    bench.later(() => socket.close());
    sockets.set(port, socket);
    return socket;
  }

  for (const port of [0, 123]) {
    it(`answer and keep silent alike, to every version, mode and length, from ${port === 0 ? 'any port' : 'port 123'}`, async function () {
      const socket = await socketAt(port);
      if (socket === undefined) return this.skip();
      const requests = [
        ...LENGTHS.flatMap((length) =>
          EIGHT.flatMap((version) => EIGHT.map((mode) => requestOf(version, mode, length))),
        ),
        ...[1, 2, 3, 4].flatMap((version) => [1, 3].map((mode) => filled(version, mode))),
      ];
      // In NTPv1 to NTPv3, octets after the first 48 are an authenticator: the hub answers it with a crypto-NAK.
      const comparable = requests.filter(({ packet }) => packet.length !== 60 || packet[0]! >> 3 > 3);
      const [hub, chronyd] = [
        await repliesTo(socket, hubPort, comparable),
        await repliesTo(socket, chronyPort, comparable),
      ];
      const described = (replies: readonly string[]) => comparable.map(({ name }, n) => `${name}: ${replies[n]}`);
      expect(described(hub)).to.deep.equal(described(chronyd));
      const answered = hub.filter((reply) => reply !== 'silence');
      // Modes 1 and 3 of four versions, plain and filled in, and mode 0 of NTPv1 where it means a client.
      expect(answered).to.have.length(16 + (port === 123 ? 0 : 1));
    });
  }

  it('differ in one thing: the hub tells a client with a key that it has none (crypto-NAK), chronyd is silent', async function () {
    const socket = await socketAt(0);
    if (socket === undefined) return this.skip();
    const requests = [
      requestOf(2, 3, 60),
      requestOf(3, 1, 68),
      requestOf(3, 3, 68),
      requestOf(4, 1, 68),
      requestOf(4, 3, 68),
    ];
    for (const { packet } of requests) packet.writeUInt32BE(7, 48);
    expect(new Set(await repliesTo(socket, chronyPort, requests))).to.deep.equal(new Set(['silence']));
    expect(await repliesTo(socket, hubPort, requests)).to.deep.equal([
      'version 2 mode 4 poll 6 52 octets',
      'version 3 mode 2 poll 6 52 octets',
      'version 3 mode 4 poll 6 52 octets',
      'version 4 mode 2 poll 6 52 octets',
      'version 4 mode 4 poll 6 52 octets',
    ]);
  });

  it('never answer each other, whatever is sent in the name of one to the other', async function () {
    const socket = await socketAt(123);
    if (socket === undefined) return this.skip();
    for (const [from, to] of [
      [hubPort, chronyPort],
      [chronyPort, hubPort],
    ] as const) {
      const replies: Buffer[] = [];
      const keep = (reply: Buffer) => void replies.push(reply);
      socket.on('message', keep);
      await repliesTo(
        socket,
        from,
        [1, 2, 3, 4].flatMap((version) => [0, 1, 3].map((mode) => requestOf(version, mode, 48))),
      );
      socket.off('message', keep);
      expect(replies).to.have.length(9);
      const reflected = replies.map((packet, n): Request => ({ name: String(n), packet }));
      expect(new Set(await repliesTo(socket, to, reflected))).to.deep.equal(new Set(['silence']));
    }
  });
});
