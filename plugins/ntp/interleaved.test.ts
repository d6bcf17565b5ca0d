import { expect } from 'chai';
import type { Leg } from 'timehub/api';
import { HEADER_OCTETS, readHeader, toNtpTime, writeHeader } from 'timehub/protocol/ntp';
import sink from './sink.js';
import source from './source.js';
import { sinkContext, sourceContext } from './testing/contexts.js';
import { kiss, server } from './testing/server.js';
import { NtpWorld, type Responder, stateOf } from './testing/world.js';

const S = 1e9;
const SERVER = '127.0.0.1:11123';
const KEY = '127.0.0.1|11123';

async function ask(world: NtpWorld, options: Record<string, unknown> = {}) {
  const validated = await source.config['~standard'].validate({
    address: SERVER,
    'poll-min': '1s',
    'poll-max': '1s',
    interleaved: true,
    ...options,
  });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context = sourceContext(world);
  const running = source.create(validated.value, context);
  await running.start();
  return { running, record: context.record };
}

async function serve(world: NtpWorld, options: Record<string, unknown> = {}) {
  const validated = await sink.config['~standard'].validate({ listen: SERVER, interleaved: true, ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const running = sink.create(validated.value, sinkContext(world, stateOf(world)));
  await running.start();
  return running;
}

/** Time between the timestamp in a reply and its sending: the replies of the test server are written 0.3 ms too early. */
const EARLY_NS = 300_000n;

/** A server in the interleaved mode for one client. `exact` replaces the transmit timestamp of the reply before. */
function interleavedServer(exact: (sent: bigint) => bigint = (sent) => sent): Responder {
  let last: { readonly receive: bigint; readonly sent: bigint } | undefined;
  const basic = server();
  return (request, at, from) => {
    const asked = readHeader(request);
    const reply = basic(request, at, from)!;
    const header = readHeader(reply);
    const isKnown = last !== undefined && asked.origin === last.receive;
    const packet = new Uint8Array(HEADER_OCTETS);
    writeHeader(
      {
        ...header,
        origin: isKnown ? asked.receive : asked.transmit,
        receive: toNtpTime(at - EARLY_NS),
        transmit: toNtpTime(isKnown ? exact(last!.sent) : at - EARLY_NS),
      },
      packet,
    );
    last = { receive: toNtpTime(at - EARLY_NS), sent: at };
    return packet;
  };
}

const inboundNs = (legs: readonly unknown[]): number => (legs as readonly Leg[])[1]!.transitNs;

describe('the interleaved mode (RFC 9769)', () => {
  const scene = (respond: Responder): NtpWorld => {
    const world = new NtpWorld();
    world.links.set(KEY, { upNs: 1e6, downNs: 1e6, respond });
    return world;
  };

  it('measures by the transmit timestamp that the next reply states, each exchange once', async () => {
    const world = scene(interleavedServer());
    const { running, record } = await ask(world);
    await world.pass(30 * S);
    const [first, ...others] = record.handedOver;
    expect(inboundNs(first!)).to.be.closeTo(1e6 + Number(EARLY_NS), 1);
    for (const legs of others) expect(inboundNs(legs)).to.be.closeTo(1e6, 1);
    const events = record.observations.map(({ monotonic }) => monotonic);
    expect(new Set(events).size).to.equal(events.length);
    expect(others.length).to.be.above(20);
    expect(running.inspect!()).to.include({ exchangeMode: 'interleaved' });
    expect(running.inspect!().interleaved).to.be.above(20);
  });

  it('fetches each exact timestamp by a second request after 20 ms, so that no observation is old', async () => {
    const world = scene(interleavedServer());
    const { record } = await ask(world, { 'poll-min': '64s', 'poll-max': '64s', iburst: false });
    let requests = 0;
    const ages: number[] = [];
    for (let i = 0; i < 6500; i++) {
      const before = record.handedOver.length;
      await world.pass(0.1 * S);
      if (record.handedOver.length === before) continue;
      ages.push(Number(world.now - (record.handedOver.at(-1)![1] as Leg).monotonic) / S);
      if (i > 30) expect(inboundNs(record.handedOver.at(-1)!)).to.be.closeTo(1e6, 1);
      requests = world.sockets.length;
    }
    expect(ages.length).to.be.within(9, 11);
    expect(Math.max(...ages)).to.be.below(0.13);
    expect(requests).to.be.within(18, 22);
  });

  it('is not needed: a server without it is measured as before', async () => {
    const world = scene(server());
    const { running, record } = await ask(world);
    await world.pass(30 * S);
    expect(record.handedOver.length).to.be.above(25);
    expect(running.inspect!()).to.include({ exchangeMode: 'basic', interleaved: 0 });
  });

  it('is not asked for unless the configuration says so', async () => {
    const world = scene(interleavedServer());
    const { running } = await ask(world, { interleaved: false });
    await world.pass(5 * S);
    for (const octets of world.sentOctets) expect([...octets.subarray(16, 40)]).to.deep.equal(Array(24).fill(0));
    expect(running.inspect!()).not.to.have.property('exchangeMode');
  });

  it('refuses replies that answer neither timestamp of the request', async () => {
    const perfect = interleavedServer();
    const world = scene((request, at, from) => {
      const reply = perfect(request, at, from)!;
      reply[30]! ^= 1;
      return reply;
    });
    const { running, record } = await ask(world);
    await world.pass(10 * S);
    expect(record.handedOver).to.deep.equal([]);
    expect((running.inspect!().refused as Record<string, number>).origin).to.be.above(4);
  });

  for (const [what, exact] of [
    ['before the last request came', (sent: bigint) => sent - 10_000_000n],
    ['long after it', (sent: bigint) => sent + 900_000_000n],
    ['years ago', () => 0n],
  ] as const) {
    it(`uses no transmit timestamp of ${what}, and falls back to the basic mode`, async () => {
      const world = scene(interleavedServer(exact));
      const { running, record } = await ask(world);
      await world.pass(40 * S);
      for (const legs of record.handedOver) expect(inboundNs(legs)).to.be.closeTo(1e6 + Number(EARLY_NS), 1);
      expect(record.handedOver.length).to.be.above(20);
      expect(running.inspect!()).to.include({ exchangeMode: 'basic' });
    });
  }

  it('measures no exchange by a reply that was delayed or repeated by the network', async () => {
    const perfect = interleavedServer();
    const replies: Uint8Array[] = [];
    const world = scene((request, at, from) => {
      const reply = perfect(request, at, from)!;
      replies.push(reply);
      // An attacker sends every reply that it has seen so far again.
      for (const old of replies.slice(0, -1)) world.inject(from, old, { address: '127.0.0.1', port: 11123 });
      return reply;
    });
    const { record } = await ask(world);
    await world.pass(30 * S);
    expect(record.handedOver.length).to.be.above(25);
    for (const legs of record.handedOver.slice(1)) expect(inboundNs(legs)).to.be.closeTo(1e6, 1);
  });

  it('goes on over lost replies', async () => {
    const perfect = interleavedServer();
    let count = 0;
    const world = scene((request, at, from) => {
      const reply = perfect(request, at, from);
      return ++count % 3 === 0 ? undefined : reply;
    });
    const { record } = await ask(world);
    await world.pass(120 * S);
    expect(record.handedOver.length).to.be.above(25);
  });

  it('is given up for a server that wants to be asked less often', async () => {
    const world = scene(interleavedServer());
    const { running } = await ask(world, { 'poll-min': '8s', 'poll-max': '8s' });
    await world.pass(30 * S);
    world.links.get(KEY)!.respond = kiss('RATE');
    await world.pass(10 * S);
    world.links.get(KEY)!.respond = interleavedServer();
    const before = world.sockets.length;
    await world.pass(160 * S);
    expect(world.sockets.length - before).to.be.within(9, 11);
    expect(running.inspect!()).to.include({ exchangeMode: 'basic' });
  });

  it('works between source and sink, also with the stamps of every reply in flight', async () => {
    const world = new NtpWorld();
    world.sendCostNs = 300_000n;
    const running = await serve(world);
    const { record } = await ask(world);
    await world.pass(30 * S);
    // Without the mode the server's written timestamp would make the way back 0.3 ms longer than the way out.
    for (const legs of record.handedOver.slice(2)) {
      const [outbound, inbound] = legs as readonly [Leg, Leg];
      expect(inbound.transitNs - outbound.transitNs).to.be.closeTo(0, 10e3);
    }
    expect(running.inspect!().interleaved).to.be.above(20);
  });

  it('of a sink that does not have it on is the basic one', async () => {
    const world = new NtpWorld();
    const running = await serve(world, { interleaved: false });
    await ask(world);
    await world.pass(10 * S);
    expect(running.inspect!()).to.include({ interleaved: 0 });
  });
});
