import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { NO_CLOCK } from 'timehub/protocol/ptp';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_REQUEST_DUMP,
  ORG_RESPONSE_DUMP,
  REQUEST_DUMP,
} from '../../src/protocol/csptp/testing/dumps.js';
import { Bench } from '../bench.js';
import { realtime } from '../clock.js';
import { Hub } from '../hub.js';
import { within } from '../launch.js';
import { skip } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';

const OFFSET_NS = 30_000_000n;
const TAI_NS = 37_000_000_000n;

/**
 * Starts a hub that has the time from an NTP server and serves it: in two steps at one port, in one step at another. `threads`: of
 * each.
 */
async function startServer(bench: Bench, threads: number, options = '') {
  const upstream = await startNtpStub(bench, OFFSET_NS);
  const [two, one] = [await freeUdpPort(), await freeUdpPort()];
  const hub = await Hub.start(
    bench,
    `[source.ntp.stub]
address = "127.0.0.1:${upstream}"
poll-min = "250ms"
poll-max = "250ms"
[sink.csptp.two]
listen = "127.0.0.1:${two}"
threads = ${threads}
${options}
[sink.csptp.one]
listen = "127.0.0.1:${one}"
steps = "one"
threads = ${threads}
${options}
`,
  );
  return { hub, two, one };
}

async function client(bench: Bench, address = '127.0.0.1', port = 0): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: port !== 0 });
  socket.bind(port, address);
  await once(socket, 'listening');
  bench.later(() => socket.close());
  return socket;
}

/** Sends a request and returns the next `count` datagrams. */
async function answers(socket: Socket, port: number, request: Uint8Array, count: number): Promise<readonly Buffer[]> {
  const heard: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    socket.removeAllListeners('message');
    socket.on('message', (message) => {
      if (heard.push(message) === count) resolve();
    });
  });
  socket.send(request, port, '127.0.0.1');
  await within(5000, all, () => `${heard.length} of ${count} answers`);
  return heard;
}

/** Returns a request with this sequenceId (below 256) that is as long as its answer. */
function padded(sequenceId: number): Buffer {
  const request = Buffer.concat([REQUEST_DUMP, Buffer.from('80080028', 'hex'), Buffer.alloc(40)]);
  request.writeUInt16BE(request.length, 2);
  request[31] = sequenceId;
  return request;
}

/** Returns the message as hex, with zeros at the places [start, end) that differ from run to run. */
function blank(message: Uint8Array, ...places: readonly (readonly [number, number])[]): string {
  const octets = Buffer.from(message);
  for (const [start, end] of places) octets.fill(0, start, end);
  return octets.toString('hex');
}

const timestampAt = (message: Buffer, at: number): bigint =>
  BigInt(message.readUIntBE(at, 6)) * 1_000_000_000n + BigInt(message.readUInt32BE(at + 6));

for (const [where, threads] of [
  ['in line', 0],
  ['in a thread', 1],
] as const)
  describe(`CSPTP on loopback, answered ${where}`, function () {
    this.timeout(60_000);
    let bench: Bench;
    let clients: Bench;
    beforeEach(() => {
      bench = new Bench();
      clients = new Bench();
    });
    afterEach(async () => {
      await clients.clear();
      await bench.clear();
    });

    for (const steps of ['two', 'one'] as const) {
      it(`our client measures what our server believes, within 100 µs by kernel stamps, in ${steps} step${steps === 'two' ? 's' : ''}`, async () => {
        const server = await startServer(bench, threads);
        await server.hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 60);
        const hub = await Hub.start(
          clients,
          `[source.csptp.far]\naddress = "127.0.0.1:${server[steps]}"\npoll-min = "125ms"\npoll-max = "125ms"\n`,
        );
        const source = await hub.untilSource('csptp.far', ({ observations }) => observations >= 40);
        expect(source.stamp).to.equal('kernel');
        const { clocks } = await server.hub.status();
        expect(clocks[0]!.offsetNs).to.be.closeTo(Number(OFFSET_NS), 1e6);
        expect(source.offsetNs).to.be.closeTo(clocks[0]!.offsetNs, 100e3);
        const after = await hub.until(({ mode }) => mode === 'tracking');
        expect(after.clocks[0]!.offsetNs).to.be.closeTo(clocks[0]!.offsetNs, 100e3);
        expect(after.leap.taiMinusUtc).to.equal(37);
      });
    }

    it('answers the requests of other implementations octet by octet', async () => {
      const { hub, two, one } = await startServer(
        bench,
        threads,
        'amplify = ["127.0.0.0/8"]\nclock-identity = "001122fffe334455"',
      );
      const { ptp, ntp } = await hub.until(({ mode }) => mode === 'tracking');
      const socket = await client(bench);
      const before = realtime();
      const [sync, followUp] = await answers(socket, two, REQUEST_DUMP, 2);
      const after = realtime();

      // flags of quality, t2, clockClass to variance, stepsRemoved, parent
      const changing = [
        [7, 8],
        [48, 66],
        [71, 75],
        [76, 78],
        [88, 96],
      ] as const;
      expect(blank(sync!, ...changing)).to.equal(blank(LONG_RESPONSE_DUMP, ...changing));
      expect([...sync!.subarray(71, 73)]).to.deep.equal([ptp.clockClass, ptp.clockAccuracy]);
      // The servers above this one: stratum 2 with clockClass 248 counts as none.
      expect(sync!.readUInt16BE(76)).to.equal(ntp.stratum - 2);
      expect(sync![7]! & 0x0c).to.equal(0x0c);
      expect(sync!.readBigInt64BE(58)).to.equal(0n);
      expect(blank(followUp!, [8, 16], [34, 44])).to.equal(blank(FOLLOW_UP_DUMP, [8, 16], [34, 44]));
      const [t2, t3] = [timestampAt(sync!, 48), timestampAt(followUp!, 34)];
      const shift = TAI_NS + OFFSET_NS;
      expect(Number(t2 - shift - before)).to.be.within(-1e6, Number(after - before));
      expect(Number(t3 - t2)).to.be.within(0, Number(after - before));

      const org = await answers(socket, two, ORG_REQUEST_DUMP, 2);
      const moved = changing.map(
        ([start, end]) =>
          (start < 48 ? [start, end] : [start + (start < 66 ? 6 : 12), end + (start < 66 ? 6 : 12)]) as [
            number,
            number,
          ],
      );
      expect(blank(org[0]!, ...moved)).to.equal(blank(ORG_RESPONSE_DUMP, ...moved));

      const withoutStatus = REQUEST_DUMP.slice();
      withoutStatus[48] = 0;
      const [oneStep] = await answers(socket, one, withoutStatus, 1);
      const changingOne = [
        [7, 16],
        [34, 44],
        [48, 66],
      ] as const;
      expect(blank(oneStep!, ...changingOne)).to.equal(blank(ONE_STEP_DUMP, ...changingOne));
      expect(Number(timestampAt(oneStep!, 34) - timestampAt(oneStep!, 48))).to.be.within(-1e5, 5e7);
      expect(NO_CLOCK).to.equal(sync!.subarray(20, 28).toString('hex'));
    });

    it('sends the Follow_Up from port 320 to port 320 of a client that asks from port 319', async function () {
      if (process.getuid?.() !== 0) skip(this, 'ports below 1024 can be opened by root only');
      const hub = await Hub.start(
        bench,
        `[hub]\nfree-run = true\n[sink.csptp.lan]\nlisten = "127.0.0.1:319"\nthreads = ${threads}\n`,
      );
      await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running'));
      const [event, general] = [await client(bench, '127.0.0.2', 319), await client(bench, '127.0.0.2', 320)];
      const followed = once(general, 'message') as Promise<[Buffer, { address: string; port: number }]>;
      const [sync] = await answers(event, 319, padded(9), 1);
      const [followUp, from] = await followed;
      expect([sync![0]! & 15, sync![31], followUp[0]! & 15, followUp[31]]).to.deep.equal([0, 9, 8, 9]);
      expect(from).to.include({ address: '127.0.0.1', port: 320 });
      expect(Number(timestampAt(followUp, 34) - timestampAt(sync!, 48))).to.be.within(0, 1e9);
    });

    it('finds out that a source asks the hub itself', async () => {
      const port = await freeUdpPort();
      const hub = await Hub.start(
        bench,
        `[sink.csptp.lan]\nlisten = "127.0.0.1:${port}"\nthreads = ${threads}\n[source.csptp.self]\naddress = "127.0.0.1:${port}"\nstatus = false\npoll-min = "125ms"\npoll-max = "125ms"\n`,
      );
      await hub.untilSource('csptp.self', ({ reason }) => /came in at its own server csptp\.lan/.test(reason));
    });

    it('says nothing to a request that is shorter than its answer, nor to one that is none', async () => {
      const { hub, two } = await startServer(bench, threads);
      const socket = await client(bench);
      for (const request of [REQUEST_DUMP, LONG_RESPONSE_DUMP, FOLLOW_UP_DUMP]) socket.send(request, two, '127.0.0.1');
      const [sync] = await answers(socket, two, padded(9), 2);
      expect(sync![31]).to.equal(9);
      expect(sync!.length).to.be.at.most(padded(9).length);
      const { inspect } = await hub.json<{ inspect: Record<string, number> }>('/v1/sources/csptp.two');
      expect(inspect).to.include({ requests: 4, replies: 1, short: 1, ignored: 2 });
    });
  });
