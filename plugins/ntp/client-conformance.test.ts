import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { assembleHub } from '../../src/kernel/assembly/assemble.js';
import { createLabHost } from '../../src/lab/host.js';
import { addNtpServer } from '../../src/lab/nodes/ntp-node.js';
import { planTables } from '../../src/lab/testing/plans.js';
import source from './source.js';
import { sourceContext } from './testing/contexts.js';
import { kiss, server, silence } from './testing/server.js';
import { NtpWorld, type Responder, type ResponderLink } from './testing/world.js';

const S = 1e9;
const ADDRESS = '192.0.2.9';
const FROM = { address: ADDRESS, port: 123 };

async function asking(respond: Responder, options: Record<string, unknown> = {}, offsetNs = 0n) {
  const world = new NtpWorld();
  world.offsetNs = offsetNs;
  const link: ResponderLink = { upNs: 1e6, downNs: 1e6, respond };
  world.links.set(`${ADDRESS}|123`, link);
  const validated = await source.config['~standard'].validate({ address: ADDRESS, ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context = sourceContext(world);
  const running = source.create(validated.value, context);
  await running.start();
  return { world, link, running, record: context.record };
}

/** Lines of the conformance checklist that concern the NTP client (RFC 5905, RFC 9109, BCP 223). */
describe('the NTP client', () => {
  it('sends 64 unpredictable bits in each request, and never its time (D1)', async () => {
    const { world } = await asking(server());
    await world.pass(20 * S);
    const cookies = world.sentOctets.map((octets) => Buffer.from(octets.subarray(40, 48)).toString('hex'));
    expect(new Set(cookies).size).to.equal(cookies.length);
    expect(cookies.length).to.be.above(8);
    for (const octets of world.sentOctets) expect([...octets.subarray(4, 40)]).to.deep.equal(Array(36).fill(0));
  });

  it('checks the origin before it obeys a kiss of death (D2)', async () => {
    const forged: Responder = (...asked) => {
      const reply = kiss('DENY')(...asked)!;
      reply[24]! ^= 1;
      return reply;
    };
    const { world, running } = await asking(forged, { 'poll-min': '1s' });
    await world.pass(20 * S);
    expect(running.inspect!()).to.include({ kisses: 0 });
    expect(world.sockets.length).to.be.above(6);
  });

  it('uses a reply once, whatever is sent again (D3)', async () => {
    const perfect = server();
    const { world, record, running } = await asking((request, at, from) => {
      const reply = perfect(request, at, from)!;
      for (let copies = 0; copies < 5; copies++) world.inject(from, reply, FROM);
      return reply;
    });
    await world.pass(0.5 * S);
    expect(record.handedOver).to.have.length(1);
    expect(running.inspect!()).to.include({ replies: 1 });
  });

  it('drops a reply that comes after 5 s (D3)', async () => {
    const { world, link, record } = await asking(server(), { 'poll-min': '64s', iburst: false });
    link.downNs = 5.2 * S;
    await world.pass(30 * S);
    expect(record.handedOver).to.deep.equal([]);
    link.downNs = 4.5 * S;
    await world.pass(120 * S);
    expect(record.handedOver.length).to.be.above(0);
  });

  it('hears nobody but the server: its socket is connected (D4)', async () => {
    const { world, record } = await asking(silence, { iburst: false });
    await world.pass(1e5);
    expect(world.sockets[0]!.peer).to.deep.equal(FROM);
    const request = world.sentOctets[0]!;
    for (const from of [
      { address: '192.0.2.77', port: 123 },
      { ...FROM, port: 124 },
    ])
      world.sockets[0]!.deliver(server()(request, world.trueTime, from)!, from, '');
    await world.pass(1 * S);
    expect(record.handedOver).to.deep.equal([]);
  });

  it('cannot be told from another client by its requests (D6)', async () => {
    const shapes = await Promise.all(
      [
        { offsetNs: 0n, options: {} },
        { offsetNs: 12_345_678_901n, options: { 'poll-min': '1s', 'poll-max': '2s' } },
      ].map(async ({ offsetNs, options }) => {
        const { world } = await asking(server(), options, offsetNs);
        await world.pass(30 * S);
        return new Set(world.sentOctets.map((octets) => Buffer.from(octets.subarray(0, 40)).toString('hex')));
      }),
    );
    expect(shapes[0]).to.deep.equal(shapes[1]);
    expect(shapes[0]!.size).to.equal(1);
  });

  for (const [what, respond] of [
    ['leap indicator 3', server({ leap: 'unknown' })],
    ['stratum 16', server({ stratum: 16 })],
  ] as const) {
    it(`reaches a server with ${what}, and does not use its time (D8)`, async () => {
      const { world, record, running } = await asking(respond, { 'poll-min': '1s' });
      await world.pass(20 * S);
      expect(running.exchanges!()).to.include({ reach: 8 });
      expect(record.handedOver).to.deep.equal([]);
      expect(record.claims.at(-1)).to.include({ synchronised: false });
    });
  }

  it('never asks faster than after the last RATE, whatever the hub advises (D10)', async () => {
    const { world, link } = await asking(kiss('RATE'), { 'poll-min': '4s', 'poll-max': '4s' });
    await world.pass(1 * S);
    link.respond = server();
    const before = world.sockets.length;
    await world.pass(400 * S);
    expect(world.sockets.length - before).to.be.at.most(50);
  });

  it('counts an unknown kiss code and goes on (D12)', async () => {
    const { world, link, running, record } = await asking(kiss('ABCD'), { 'poll-min': '1s' });
    await world.pass(5 * S);
    link.respond = server();
    await world.pass(5 * S);
    expect(running.inspect!().kisses).to.be.above(2);
    expect(record.handedOver.length).to.be.above(2);
  });

  it('asks public servers every 64 s, a pool of four, and quickly only at the start (D16, BCP 223)', async () => {
    const validated = await source.config['~standard'].validate({ pool: 'pool.example' });
    if (validated.issues !== undefined) throw new Error('refused');
    expect(source.instances!(validated.value)).to.have.length(4);
    const { world } = await asking(server());
    await world.pass(300 * S);
    const before = world.sockets.length;
    await world.pass(3600 * S);
    expect(world.sockets.length - before).to.be.at.most(56);
  });

  it('has no public server by its address in a configuration that is shipped (D16)', () => {
    const root = join(import.meta.dirname, '../../..');
    const files = ['config', 'config/presets', 'plugins/ntp'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
    );
    const literal = files
      .filter((file) => file.endsWith('.toml'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^(?:address|pool) = "\[?([\d.:a-f]+)\]?/gm)])
      .map(([, address]) => address!)
      .filter((address) => /^\d+\.\d+\.\d+\.\d+/.test(address));
    for (const address of literal)
      expect(address).to.match(/^(127\.|10\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/);
  });

  it('reports a flood of wrong replies with a few lines, and still takes the right one (D17, ntpd-rs 1.7.1)', async () => {
    const perfect = server();
    const { world, record, running } = await asking((request, at, from) => {
      const forged = perfect(request, at, from)!;
      forged[24]! ^= 1;
      for (let count = 0; count < 2000; count++) world.inject(from, forged, FROM);
      return perfect(request, at, from);
    });
    await world.pass(100 * S);
    expect(record.handedOver.length).to.be.above(12);
    expect((running.inspect!().refused as Record<string, number>).origin).to.be.above(24_000);
    expect(record.log.length + record.health.length + record.unreachable.length).to.be.below(5);
  });

  it('asks again within seconds after the machine has slept for a night (D20)', async () => {
    const host = createLabHost({ seed: 3, address: '10.0.9.9' });
    const node = addNtpServer(host, { address: '10.0.0.1' });
    const hub = assembleHub(host, { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e6 });
    await hub.start(
      await planTables({ 'source.ntp.a': { address: '10.0.0.1', 'poll-min': '64s', 'poll-max': '1024s' } }),
    );
    await host.run(host.nowNs + 3600 * S);
    host.suspend(8 * 3600 * S, 0.3 * S);
    await host.run(host.nowNs + 8 * 3600 * S);
    const before = node.served;
    await host.run(host.nowNs + 30 * S);
    expect(node.served - before).to.be.above(2);
  });
});
