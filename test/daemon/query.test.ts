import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { realtime } from '../clock.js';
import { timehub } from '../hub.js';
import { run } from '../launch.js';

const UNIX_TO_NTP_S = 2_208_988_800n;
const NS_PER_S = 1_000_000_000n;

const ntpTime = (): bigint =>
  ((realtime() / NS_PER_S + UNIX_TO_NTP_S) << 32n) | (((realtime() % NS_PER_S) << 32n) / NS_PER_S);

/** Returns a correct reply of version 4, mode 4, stratum 2. */
function replyTo(request: Buffer): Buffer {
  const reply = Buffer.alloc(48);
  reply[0] = 0x24;
  reply[1] = 2;
  reply.writeInt8(-20, 3);
  reply.writeUInt32BE(0x0a000001, 12);
  request.copy(reply, 24, 40, 48);
  for (const at of [16, 32, 40]) reply.writeBigUInt64BE(ntpTime(), at);
  return reply;
}

/** A change of the correct reply. */
type Change = (reply: Buffer) => Buffer | undefined;

const put =
  (at: number, ...octets: readonly number[]): Change =>
  (reply) => {
    reply.set(octets, at);
    return reply;
  };

describe('timehub query', function () {
  this.timeout(20_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  async function socketOf(onRequest?: (request: Buffer, from: RemoteInfo) => void): Promise<Socket> {
    const socket = createSocket('udp4');
    if (onRequest !== undefined) socket.on('message', onRequest);
    bench.later(() => socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket;
  }

  async function serverWith(change: Change): Promise<number> {
    const socket = await socketOf((request, from) => {
      const reply = change(replyTo(request));
      if (reply !== undefined) socket.send(reply, from.port, from.address);
    });
    return socket.address().port;
  }

  const query = (port: number, ...args: readonly string[]) =>
    run(process.execPath, [timehub, 'query', `127.0.0.1:${port}`, ...args]);

  for (const version of [1, 2, 3, 4]) {
    it(`measures a server that replies in version ${version}`, async () => {
      const { code, output } = await query(await serverWith(put(0, (version << 3) | 4)));
      expect(output).to.include('wrong by at most');
      expect(code).to.equal(0);
    });
  }

  for (const [what, change, reason] of [
    ['leap indicator 3', put(0, 0xe4), 'says it is not synchronised (leap indicator 3)'],
    ['stratum 16', put(1, 16), 'says it is not synchronised (stratum 16)'],
    [
      'stratum 0 without a code',
      (reply) => put(12, 0, 0, 0, 0)(put(0, 0xe4, 0)(reply)!),
      'says it is not synchronised',
    ],
    ['the code INIT', (reply) => put(12, 73, 78, 73, 84)(put(0, 0xe4, 0)(reply)!), 'says it is not synchronised'],
    ['no transmit timestamp', put(40, 0, 0, 0, 0, 0, 0, 0, 0), 'sends timestamps of zero'],
    ['a root dispersion of 16 s', put(8, 0, 16, 0, 0), '16 s or more from its reference'],
  ] satisfies readonly (readonly [string, Change, string])[]) {
    it(`promises nothing of a server with ${what}, and ends with 2`, async () => {
      const port = await serverWith(change);
      const { code, output } = await query(port);
      expect(output).to.include(`the server`).and.include(reason);
      expect(output).not.to.include('wrong by');
      expect(code).to.equal(2);
      const asJson = JSON.parse((await query(port, '--json')).output) as Record<string, unknown>;
      expect(asJson).to.include({ synchronised: false }).and.not.to.have.any.keys('offsetNs', 'delayNs');
    });
  }

  for (const [what, change, reason] of [
    ['another origin', put(31, 1), '1 reply came that does not answer the request (origin timestamp)'],
    ['a zero origin', put(24, 0, 0, 0, 0, 0, 0, 0, 0), '1 reply came that does not say which request'],
    ['version 5', put(0, 0x2c), '1 reply came that has another NTP version'],
    ['mode 2', put(0, 0x22), '1 reply came that is not in the mode of a server'],
    ['stratum 17', put(1, 17), '1 reply came that claims a stratum above 16'],
    ['a tail of zeros', (reply) => Buffer.concat([reply, Buffer.alloc(12)]), '1 reply came that ends in malformed'],
    ['47 octets', (reply) => reply.subarray(0, 47), '1 reply came that is shorter than an NTP header'],
    ['the kiss RATE', (reply) => put(12, 82, 65, 84, 69)(put(1, 0)(reply)!), 'kiss of death RATE'],
  ] satisfies readonly (readonly [string, Change, string])[]) {
    it(`says why a reply with ${what} is refused, and ends with 3`, async () => {
      const { code, output } = await query(await serverWith(change));
      expect(output).to.include(reason).and.include('TH_CLI_NO_REPLY');
      expect(output).not.to.include('firewall');
      expect(code).to.equal(3);
    });
  }

  it('finds out that the replies come from another port', async () => {
    const other = await socketOf();
    const socket = await socketOf((request, from) => other.send(replyTo(request), from.port, from.address));
    const { code, output } = await query(socket.address().port);
    expect(output).to.include(`from another address or port`).and.include(`(127.0.0.1:${other.address().port})`);
    expect(code).to.equal(3);
  });

  it('asks after the firewall where nothing comes at all, and ends with 3', async () => {
    const { code, output } = await query(await serverWith(() => undefined));
    expect(output).to.include('no reply to 2 requests in 3 s').and.include('firewall');
    expect(code).to.equal(3);
  });
});
