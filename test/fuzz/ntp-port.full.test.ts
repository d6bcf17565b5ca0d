import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { within } from '../launch.js';
import { need } from '../need.js';
import { freeUdpPort } from '../place.js';
import { Random } from './random.js';

const PACKETS = 100_000;
/** Number of packets between two questions that must be answered. The socket's buffer holds as many. */
const BATCH = 50;
/** Number of packets before the first measurement of memory: by then the heap has reached its size. */
const WARM_UP = 20_000;
const ALLOWED_GROWTH = 8 * 2 ** 20;

describe('a hub under attack at its NTP port', function () {
  this.timeout(120_000);
  const random = new Random(1);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it(`survives ${PACKETS} random and mutated packets: it answers, does not grow and keeps its estimate`, async function () {
    // A server of its own process: one in this process would answer late while it attacks.
    const { port: upstream } = await startChronyServer(bench, need(this, 'chrony'));
    const port = await freeUdpPort();
    const hub = await Hub.start(
      bench,
      `[source.ntp.far]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = "127.0.0.1:${port}"\n`,
    );
    // The hub must settle first: its estimate changes by itself while it is still learning.
    const before = await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 80);
    const attacker = createSocket('udp4');
    const client = createSocket('udp4');
    bench.later(() => attacker.close());
    bench.later(() => client.close());
    client.connect(port, '127.0.0.1');
    await once(client, 'connect');

    let memory = 0;
    for (let sent = 0; sent < PACKETS; sent += BATCH) {
      for (let i = 0; i < BATCH; i++) attacker.send(attack(random), port, '127.0.0.1');
      await exchange(client);
      if (sent === WARM_UP) memory = await hub.memory();
    }

    expect((await hub.memory()) - memory).to.be.below(ALLOWED_GROWTH);
    const after = await hub.status();
    expect(after.mode).to.equal('tracking');
    expect(Date.parse(after.modeSince)).to.be.closeTo(Date.parse(before.modeSince), 100);
    expect(after.clocks[0]!.offsetNs).to.be.closeTo(before.clocks[0]!.offsetNs, 1e6);
    expect(after.sinks.map(({ id, state }) => [id, state])).to.deep.equal(
      before.sinks.map(({ id, state }) => [id, state]),
    );
    expect(hub.process.output).not.to.match(/^ +at /m);
  });
});

/** Returns an honest client's request (RFC 5905 §7.3: version 4, mode 3). */
function request(): Buffer {
  const packet = Buffer.alloc(48);
  packet[0] = (4 << 3) | 3;
  packet.writeBigUInt64BE(BigInt(Date.now()) << 20n, 40);
  return packet;
}

function attack(random: Random): Buffer {
  if (random.below(2) === 0) return random.octets(random.below(200));
  const packet = Buffer.concat([request(), random.octets(4 * random.below(40))]);
  for (let flips = 1 + random.below(8); flips > 0; flips--)
    packet[random.below(packet.length)]! ^= 1 << random.below(8);
  return packet.subarray(0, random.below(4) === 0 ? random.below(packet.length + 1) : packet.length);
}

async function exchange(client: Socket): Promise<void> {
  const asked = request();
  const answer = new Promise<void>((resolve) => {
    const check = (reply: Buffer): void => {
      if (!reply.subarray(24, 32).equals(asked.subarray(40))) return;
      client.off('message', check);
      resolve();
    };
    client.on('message', check);
  });
  client.send(asked);
  await within(5000, answer, () => 'an honest request got no answer');
}
