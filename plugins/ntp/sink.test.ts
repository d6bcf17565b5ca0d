import { expect } from 'chai';
import { type Leg, NS_PER_S } from 'timehub/api';
import { fromNtpTime, HEADER_OCTETS, readHeader, request } from 'timehub/protocol/ntp';
import sink, { type Config } from './sink.js';
import source from './source.js';
import { sinkContext, sourceContext } from './testing/contexts.js';
import { virtualWorkers } from './testing/workers.js';
import { NtpWorld, stateOf } from './testing/world.js';

const US = { address: '127.0.0.1', port: 11123 };
const CLIENT = { address: '198.51.100.7', port: 40123 };

/** `threads` of the options: 1 runs the handler as a worker does. */
async function serve(options: Record<string, unknown> = {}, over: Parameters<typeof stateOf>[1] = {}) {
  const world = new NtpWorld();
  world.offsetNs = 41_000_000n;
  const validated = await sink.config['~standard'].validate({ listen: '127.0.0.1:11123', ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context: ReturnType<typeof sinkContext> = {
    ...sinkContext(world, stateOf(world, over)),
    workers: (asked) => virtualWorkers(context, asked),
  };
  const running = sink.create(validated.value, context);
  await running.start();
  const replies: Uint8Array[] = [];
  world.links.set('198.51.100.7|40123', { upNs: 0, downNs: 0, respond: (reply) => void replies.push(reply) });
  const ask = async (from = CLIENT, packet = request(world.random(8))) => {
    replies.length = 0;
    world.links.set(`${from.address}|${from.port}`, {
      upNs: 0,
      downNs: 0,
      respond: (reply) => void replies.push(reply),
    });
    world.inject(US, packet, from);
    await world.pass(1e6);
    return replies[0];
  };
  return { world, context, running, ask };
}

describe('the address of sink.ntp', () => {
  const GONE = '192.0.2.2 is at no interface that is up: no client is served there';

  it('is reported missing when it goes, until it returns; one that was never at an interface is not', async () => {
    const world = new NtpWorld();
    world.own = ['192.0.2.1', '192.0.2.2'];
    const validated = await sink.config['~standard'].validate({ listen: ['192.0.2.2:123', '127.0.0.2:123'] });
    if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
    const context = sinkContext(world, stateOf(world));
    const running = sink.create(validated.value, context);
    await running.start();
    await world.pass(10 * NS_PER_S);
    world.own = ['192.0.2.1'];
    await world.pass(3 * NS_PER_S);
    expect(context.record.health.at(-1)).to.deep.equal({ state: 'degraded', reason: GONE });
    world.own = ['192.0.2.2'];
    await world.pass(3 * NS_PER_S);
    expect(context.record.health.map(({ state }) => state)).to.deep.equal(['ok', 'degraded', 'ok']);
    await running.stop();
    world.own = [];
    await world.pass(10 * NS_PER_S);
    expect(context.record.health).to.have.lengthOf(3);
  });
});

for (const [path, threads] of [
  ['in line', 0],
  ['by a worker', 1],
] as const)
  describe(`sink.ntp, ${path}`, () => {
    const serving = (options: Record<string, unknown> = {}, over: Parameters<typeof stateOf>[1] = {}) =>
      serve({ threads, ...options }, over);

    it('serves corrected time from a clock that was never set', async () => {
      const { world, ask } = await serving();
      await world.pass(10 * NS_PER_S);
      const at = world.trueTime;
      const reply = readHeader((await ask())!);
      expect(reply).to.include({ stratum: 2, leap: 'none', version: 4, mode: 4, refid: 0xc0000201 });
      expect(Number(fromNtpTime(reply.receive) - at)).to.be.within(-1, 1);
      expect(Number(fromNtpTime(reply.transmit) - at)).to.be.within(0, 2);
    });

    it('writes the transmit timestamp ahead by the time that sending takes', async () => {
      const { world, ask } = await serving();
      world.callCostNs = 30_000n;
      for (let i = 0; i < 40; i++) await ask();
      const { receive, transmit } = readHeader((await ask())!);
      expect(Number(fromNtpTime(transmit) - fromNtpTime(receive))).to.be.within(29_000, 30_001);
    });

    it('applies the slope of the clock since the state was published', async () => {
      const { world, ask } = await serving({}, { clock: { slopePpb: 50_000 } });
      await world.pass(10 * NS_PER_S);
      const at = world.trueTime;
      const reply = readHeader((await ask())!);
      expect(Number(fromNtpTime(reply.receive) - at)).to.be.within(499_990, 500_010);
    });

    it('grows the root dispersion between states (B9, ntpd-rs 1.6.1)', async () => {
      const { world, ask } = await serving({}, { clock: { boundGrowthPpb: 1e6 } });
      const early = readHeader((await ask())!).rootDispersionNs;
      await world.pass(100 * NS_PER_S);
      const late = readHeader((await ask())!).rootDispersionNs;
      expect(early).to.be.within(2e6, 2.1e6);
      expect(late - early).to.be.within(99.9e6, 100.1e6);
    });

    it('follows the newest state', async () => {
      const { world, context, ask } = await serving();
      context.publish(stateOf(world, { ntp: { stratum: 5, refid: 'GPS' } }));
      expect(readHeader((await ask())!)).to.include({ stratum: 5, refid: 0x47505300 });
    });

    it('says so as soon as it has lost its synchronisation (B8, NTPsec #848)', async () => {
      const { world, context, ask } = await serving();
      expect(readHeader((await ask())!)).to.include({ stratum: 2, leap: 'none' });
      const lost = { ntp: { stratum: 16, leap: 'unknown' as const }, clock: { offsetNs: Number.NaN } };
      context.publish(stateOf(world, lost));
      expect(readHeader((await ask())!)).to.include({ stratum: 0, leap: 'unknown' });
    });

    it('states that it is not synchronised (B8)', async () => {
      const { ask } = await serving({}, { ntp: { stratum: 16, leap: 'unknown' }, clock: { offsetNs: Number.NaN } });
      expect(readHeader((await ask())!)).to.include({ stratum: 0, leap: 'unknown', refid: 0, reference: 0n });
    });

    it('answers a source of its own kind, which measures the true time', async () => {
      const { world } = await serving();
      const context = sourceContext(world);
      const validated = await source.config['~standard'].validate({ address: '127.0.0.1:11123' });
      if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
      await source.create(validated.value, context).start();
      await world.pass(NS_PER_S);
      const [outbound, inbound] = context.record.handedOver[0] as [Leg, Leg];
      expect((outbound.transitNs - inbound.transitNs) / 2).to.be.within(40.98e6, 41.02e6);
      expect(context.record.claims[0]).to.include({ synchronised: true, stratum: 2, reference: '192.0.2.1' });
    });

    it('replies from the address and port that were asked (B14, B15)', async () => {
      const { world } = await serving({ listen: ['0.0.0.0:11123'] });
      const senders: unknown[] = [];
      world.links.set('198.51.100.7|40123', {
        upNs: 0,
        downNs: 0,
        respond: (_reply, _at, sender) => void senders.push(sender),
      });
      world.inject({ address: '127.0.0.2', port: 11123 }, request(world.random(8)), CLIENT);
      await world.pass(1e6);
      expect(senders).to.deep.equal([{ address: '127.0.0.2', port: 11123 }]);
    });

    it('is silent to denied clients, in IPv4, in IPv6 and in IPv4 mapped into IPv6 (B11, ntpd-rs #2131)', async () => {
      const { running, ask } = await serving({
        allow: ['198.51.100.0/24', '2001:db8::/32'],
        deny: ['198.51.100.8/31'],
      });
      for (const [address, served] of [
        ['198.51.100.7', true],
        ['198.51.100.9', false],
        ['198.51.101.7', false],
        ['::ffff:198.51.100.7', true],
        ['::ffff:198.51.100.8', false],
        ['2001:db8:1::1', true],
        ['2001:db9::1', false],
      ] as const) {
        expect((await ask({ address, port: 123 })) !== undefined, address).to.equal(served);
      }
      expect(running.inspect!()).to.include({ requests: 7, replies: 3, denied: 4 });
    });

    it('sends a kiss of death to denied clients with on-deny = "kiss" (B12)', async () => {
      const { ask } = await serving({ deny: ['198.51.100.7'], 'on-deny': 'kiss' });
      expect(readHeader((await ask())!)).to.include({ stratum: 0, leap: 'unknown', refid: 0x44454e59 });
    });

    it('limits a client to its rate, sends it one kiss of death, and serves the others (B13)', async () => {
      const { world, running, ask } = await serving({ 'rate-limit': { interval: '1s', burst: 4 } });
      const kinds: (number | undefined)[] = [];
      for (let i = 0; i < 8; i++) {
        const reply = await ask();
        kinds.push(reply === undefined ? undefined : readHeader(reply).stratum);
      }
      expect(kinds).to.deep.equal([2, 2, 2, 2, 0, undefined, undefined, undefined]);
      expect(await ask({ address: '198.51.100.8', port: 123 })).to.not.equal(undefined);
      await world.pass(NS_PER_S);
      expect(readHeader((await ask())!).stratum).to.equal(2);
      expect(running.inspect!()).to.include({ replies: 6, kisses: 1, limited: 4 });
    });

    it('lists its clients: how often, refused how often, and by which version', async () => {
      const { world, running, ask } = await serving({ deny: ['192.0.2.9'] });
      for (let n = 0; n < 4; n++) {
        await ask();
        await world.pass(64 * NS_PER_S);
      }
      await ask({ address: '192.0.2.9', port: 123 });
      const v3 = request(new Uint8Array(8).fill(7));
      v3[0] = (3 << 3) | 3;
      await ask({ address: '2001:db8::7', port: 123 }, v3);
      const clients = [...running.clients!()].sort((a, b) => b.requests - a.requests);
      expect(clients.map(({ client }) => client)).to.have.members([CLIENT.address, '192.0.2.9', '2001:db8::/64']);
      expect(clients[0]).to.include({
        requests: 4,
        refused: 0,
        version: 4,
        authentication: 'none',
        interleaved: false,
      });
      expect(clients[0]!.intervalS).to.be.closeTo(64, 0.1);
      expect(clients[0]!.ageS).to.be.closeTo(64, 0.1);
      expect(clients.find(({ client }) => client === '192.0.2.9')).to.include({ requests: 1, refused: 1 });
      expect(clients.find(({ client }) => client === '2001:db8::/64')).to.include({ version: 3, refused: 0 });
    });

    it('remembers no client with clients = 0', async () => {
      const { running, ask } = await serving({ clients: 0 });
      await ask();
      expect([...running.clients!()]).to.deep.equal([]);
    });

    for (const [shape, ratePpb] of [
      ['linear', -11_574],
      ['cosine', -18_180],
    ] as const)
      it(`smears a leap second (${shape}), and does not announce it`, async () => {
        const { world, context, ask } = await serving({ 'leap-smear': shape });
        const at = world.trueTime + 60_000_000_000n;
        const leap = { pending: 'insert', taiMinusUtc: 37, taiKnown: true } as const;
        const state = stateOf(world, { ntp: { leap: 'insert' } });
        context.publish({ ...state, leap: { ...leap, nearest: { at, seconds: 1, passed: false } } });
        const asked = world.trueTime;
        const reply = readHeader((await ask())!);
        expect(reply.leap).to.equal('none');
        const early = Number(fromNtpTime(reply.receive) - asked);
        expect(early).to.be.closeTo(-0.5e9 - 60 * ratePpb, 20e3);
        await world.pass(10 * NS_PER_S);
        const later = world.trueTime;
        const { receive } = readHeader((await ask())!);
        expect(Number(fromNtpTime(receive) - later) - early).to.be.closeTo(10 * ratePpb, 100);
      });

    it('answers all versions, or only those of the configuration', async () => {
      const v2 = request(new Uint8Array(8).fill(7));
      v2[0] = (2 << 3) | 3;
      expect(readHeader((await (await serving()).ask(CLIENT, v2))!).version).to.equal(2);
      expect(await (await serving({ versions: [3, 4] })).ask(CLIENT, v2)).to.equal(undefined);
    });

    it('answers a Windows machine that lists it without the flag 0x8, but never the reply of another server', async () => {
      const { running, ask } = await serving();
      // A request of w32time to a peer: LI 3, version 3, mode 1.
      const windows = Uint8Array.from([0xd9, 0, 10, 0xfa, ...new Uint8Array(36), 1, 2, 3, 4, 5, 6, 7, 8]);
      const reply = (await ask({ ...CLIENT, port: 123 }, windows))!;
      expect(reply.length).to.equal(48);
      expect(readHeader(reply)).to.include({ version: 3, mode: 2, stratum: 2, origin: 0x0102030405060708n });
      expect(await ask({ ...CLIENT, port: 123 }, reply)).to.equal(undefined);
      expect(running.inspect!()).to.deep.include({
        replies: 1,
        ignored: { length: 0, version: 0, mode: 1, control: 0, extension: 0 },
      });
    });

    it('answers mode 0 of NTPv1 unless it comes from port 123, where a server could have sent it', async () => {
      const { ask } = await serving();
      const old = request(new Uint8Array(8).fill(7));
      old[0] = 1 << 3;
      expect(readHeader((await ask(CLIENT, old))!)).to.include({ version: 1, mode: 4 });
      expect(await ask({ ...CLIENT, port: 123 }, old)).to.equal(undefined);
    });

    it('counts ignored datagrams by reason, with a fixed set of labels', async () => {
      const { world, running } = await serving();
      const of = (first: number, length = 48) => Uint8Array.from({ length }, (_, i) => (i === 0 ? first : 0));
      for (const packet of [
        ...[of(0x23, 47), of(0x23, 0), of(0x03), of(0x2b), of(0x24), of(0x22), of(0x25)],
        ...[of(0x20), of(0x26), of(0x27), of(0x23, 60)],
      ])
        world.inject(US, packet, CLIENT);
      expect(running.inspect!()).to.deep.include({
        requests: 11,
        replies: 0,
        ignored: { length: 2, version: 2, mode: 4, control: 2, extension: 1 },
      });
    });

    it('is silent after stop and closes its sockets', async () => {
      const { world, running, ask } = await serving();
      await running.stop();
      await running.stop();
      expect(await ask()).to.equal(undefined);
      expect(world.sockets.every((socket) => socket.closed)).to.equal(true);
    });

    it('ignores ten thousand datagrams of rubbish and answers the next request', async () => {
      const { world, running, ask } = await serving();
      for (let i = 0; i < 10_000; i++) world.inject(US, world.random(i % 100), CLIENT);
      // Some of the random datagrams are valid requests.
      await world.pass(1e6);
      expect((await ask())!.length).to.equal(HEADER_OCTETS);
      expect(running.inspect!().requests).to.equal(10_001);
    });

    it('applies other options at a reload without losing a request, but starts again for another address', async () => {
      const { running, ask } = await serving();
      const next = async (options: object) => {
        const validated = await sink.config['~standard'].validate({ listen: '127.0.0.1:11123', threads, ...options });
        return running.reload!((validated as { value: Config }).value);
      };
      expect(await next({ deny: ['198.51.100.7'] })).to.equal('applied');
      await new Promise(setImmediate);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await ask()).to.equal(undefined);
      expect(await ask({ address: '198.51.100.8', port: 1 })).to.not.equal(undefined);
      expect(running.inspect!()).to.include({ requests: 2, denied: 1, replies: 1 });
      expect(await next({ listen: '127.0.0.1:11124' })).to.equal('restart');
      expect(await next({ threads: 2 })).to.equal('restart');
    });

    it('exports its counts as metrics when they are read', async () => {
      const { context, ask } = await serving({ deny: ['198.51.100.9'] });
      await ask();
      await ask({ address: '198.51.100.9', port: 1 });
      await ask(CLIENT, new Uint8Array(20));
      context.record.refreshMetrics();
      context.record.refreshMetrics();
      expect(context.record.metrics).to.deep.include({
        requests_total: 3,
        replies_total: 1,
        denied_total: 1,
        'ignored_total{reason="length"}': 1,
      });
    });
  });

describe('the options of sink.ntp', () => {
  for (const wrong of [
    { listen: 'localhost' },
    { listen: [] },
    { allow: ['10.0.0.0/33'] },
    { allow: '10.0.0.0/8' },
    { versions: [6] },
    { 'rate-limit': { burst: 0 } },
    { 'on-deny': 'reply' },
    { threads: -1 },
    { threads: 'many' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, async () => {
      expect((await sink.config['~standard'].validate(wrong)).issues).to.have.length.above(0);
    });
  }
});
