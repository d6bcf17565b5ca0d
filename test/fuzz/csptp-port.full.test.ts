import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { REQUEST_OCTETS, request } from 'timehub/protocol/csptp';
import {
  FOLLOW_UP_DUMP,
  LONG_RESPONSE_DUMP,
  ONE_STEP_DUMP,
  ORG_REQUEST_DUMP,
  ORG_RESPONSE_DUMP,
  REQUEST_DUMP,
} from '../../src/protocol/csptp/testing/dumps.js';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { within } from '../launch.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';
import { Random } from './random.js';

const PACKETS = 20_000;
/** Number of packets between two questions that must be answered. The socket's buffer holds as many. */
const BATCH = 50;
/** Number of packets before the first measurement of memory: by then the heap has reached its size. */
const WARM_UP = 5_000;
const ALLOWED_GROWTH = 8 * 2 ** 20;
const QUESTION = {
  domain: 128,
  dialect: 'plain',
  wantStatus: true,
  wantAlternate: true,
  length: REQUEST_OCTETS,
} as const;
const REQUESTS = [REQUEST_DUMP, ORG_REQUEST_DUMP, request({ ...QUESTION, sequenceId: 7 })];
const ANSWERS = [LONG_RESPONSE_DUMP, ONE_STEP_DUMP, ORG_RESPONSE_DUMP, FOLLOW_UP_DUMP];
const SEQUENCE_AT = 30;

describe('a hub under attack by CSPTP', function () {
  this.timeout(120_000);
  const random = new Random(1);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it(`serves during ${PACKETS} random and mutated requests, and does not grow`, async () => {
    const upstream = await startNtpStub(bench, 0n);
    const port = await freeUdpPort();
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.csptp.lan]\nlisten = "127.0.0.1:${port}"\n`,
    );
    await hub.until(({ mode }) => mode === 'tracking');
    const attacker = await socketOf(bench);
    const client = await socketOf(bench);
    let memory = 0;
    for (let sent = 0; sent < PACKETS; sent += BATCH) {
      for (let i = 0; i < BATCH; i++) attacker.send(mutated(random, [...REQUESTS, ...ANSWERS]), port, '127.0.0.1');
      await exchange(client, port, 1 + (sent % 60_000));
      if (sent === WARM_UP) memory = await hub.memory();
    }
    expect((await hub.memory()) - memory).to.be.below(ALLOWED_GROWTH);
    // A starved machine may delay the replies of the only server so much that the hub leaves it for a moment.
    const { sinks } = await hub.until(({ mode }) => mode === 'tracking');
    expect(sinks[0]).to.include({ id: 'csptp.lan', state: 'running' });
    expect(hub.process.output).not.to.match(/^ +at /m);
  });

  it('goes on asking a server whose answers are invalid but have the right sequence number', async () => {
    const liar = await socketOf(bench);
    let asked = 0;
    liar.on('message', (message, { port, address }) => {
      asked++;
      for (let i = 0; i < BATCH; i++) {
        const answer = mutated(random, ANSWERS);
        if (random.below(4) > 0 && answer.length > 32) message.copy(answer, SEQUENCE_AT, SEQUENCE_AT, SEQUENCE_AT + 2);
        liar.send(answer, port, address);
      }
    });
    const { port } = liar.address();
    const hub = await Hub.start(
      bench,
      `[source.csptp.liar]\naddress = "127.0.0.1:${port}"\npoll-min = "125ms"\ntimeout = "100ms"\niburst = false\n`,
    );
    await hub.untilSource('csptp.liar', () => asked >= 40);
    const { sources } = await hub.status();
    expect(sources[0]!.lifecycle).to.be.oneOf(['running', 'degraded']);
    expect(hub.process.output).not.to.match(/^ +at /m);
  });
});

async function socketOf(bench: Bench): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  bench.later(() => socket.close());
  return socket;
}

function mutated(random: Random, messages: readonly Uint8Array[]): Buffer {
  if (random.below(4) === 0) return random.octets(random.below(200));
  const packet = Buffer.from(random.pick(messages));
  for (let flips = random.below(6); flips > 0; flips--) packet[random.below(packet.length)]! ^= 1 << random.below(8);
  return packet.subarray(0, random.below(8) === 0 ? random.below(packet.length + 1) : packet.length);
}

async function exchange(client: Socket, port: number, sequenceId: number): Promise<void> {
  const answer = new Promise<void>((resolve) => {
    const check = (reply: Buffer): void => {
      if (reply.readUInt16BE(SEQUENCE_AT) !== sequenceId || reply[0] !== 0x38) return;
      client.off('message', check);
      resolve();
    };
    client.on('message', check);
  });
  client.send(request({ ...QUESTION, sequenceId }), port, '127.0.0.1');
  await within(5000, answer, () => 'an honest request got no Follow_Up');
}
