import { expect } from 'chai';
import source from './source.js';
import { sourceContext } from './testing/contexts.js';
import { server, silence } from './testing/server.js';
import { NtpWorld, type Responder } from './testing/world.js';

const S = 1e9;
const NAME = 'dual.example';
const V6 = '2001:db8::9';
const V4 = '192.0.2.9';

function dualStack(v6: Responder, v4: Responder, order = [V6, V4]): NtpWorld {
  const world = new NtpWorld();
  world.links.set(`${V6}|123`, { upNs: 1e6, downNs: 1e6, respond: v6 });
  world.links.set(`${V4}|123`, { upNs: 1e6, downNs: 1e6, respond: v4 });
  world.names.set(NAME, order);
  return world;
}

async function ask(world: NtpWorld, options: Record<string, unknown> = {}) {
  const validated = await source.config['~standard'].validate({ address: NAME, ...options });
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const context = sourceContext(world);
  const running = source.create(validated.value, context);
  await running.start();
  return { running, record: context.record };
}

describe('a name with addresses of both families (D18)', () => {
  it('is asked at its first address', async () => {
    const world = dualStack(server(), server());
    const { record } = await ask(world);
    await world.pass(1 * S);
    expect(record.claims.at(-1)).to.include({ address: `[${V6}]:123` });
  });

  it('is asked over IPv4 at once where IPv6 has no route', async () => {
    const world = dualStack(silence, server());
    const { record } = await ask(world);
    world.at(0.1 * S, () => world.sockets[0]!.fail(Object.assign(new Error('recvmsg'), { code: 'ENETUNREACH' })));
    await world.pass(8 * S);
    expect(record.claims.at(-1)).to.include({ address: `${V4}:123` });
    expect(record.replaced).to.have.length(1);
  });

  it('is asked over IPv4 within half a minute where IPv6 packets vanish, and back', async () => {
    const world = dualStack(silence, server());
    const { record } = await ask(world);
    await world.pass(30 * S);
    expect(record.claims.at(-1)).to.include({ address: `${V4}:123` });
    world.links.get(`${V6}|123`)!.respond = server();
    world.links.get(`${V4}|123`)!.respond = silence;
    await world.pass(600 * S);
    expect(record.claims.at(-1)).to.include({ address: `[${V6}]:123` });
  });

  for (const [family, address] of [
    ['ipv4', `${V4}:123`],
    ['ipv6', `[${V6}]:123`],
  ] as const) {
    it(`is asked over ${family} alone if the configuration says so`, async () => {
      const world = dualStack(silence, silence, family === 'ipv4' ? [V6, V4] : [V4, V6]);
      world.links.get(family === 'ipv4' ? `${V4}|123` : `${V6}|123`)!.respond = server();
      const { record } = await ask(world, { family });
      await world.pass(60 * S);
      expect(new Set(record.claims.map((claims) => claims.address))).to.deep.equal(new Set([address]));
    });
  }

  it('that has none of the wanted family is reported', async () => {
    const world = dualStack(server(), server(), [V6]);
    const { record } = await ask(world, { family: 'ipv4' });
    await world.pass(5 * S);
    expect(record.handedOver).to.deep.equal([]);
    expect(record.unreachable.at(-1)).to.equal('"dual.example" has no IPv4 address');
  });

  it('gives no address of the other family to a source, although another source of the name has found it', async () => {
    const world = dualStack(server(), server(), [V4, V6, '192.0.2.10']);
    world.links.set('192.0.2.10|123', { upNs: 1e6, downNs: 1e6, respond: server() });
    const start = async (id: string, options: Record<string, unknown>) => {
      const validated = await source.config['~standard'].validate({ address: NAME, ...options });
      if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
      const context = sourceContext(world, id);
      await source.create(validated.value, context).start();
      return context.record;
    };
    const any = await start('ntp.a', {});
    const six = await start('ntp.b', { family: 'ipv6' });
    await world.pass(2 * S);
    expect(any.claims.at(-1)).to.include({ address: `${V4}:123` });
    expect(six.claims.at(-1)).to.include({ address: `[${V6}]:123` });
  });

  it('refuses a family for a literal address', async () => {
    const { issues } = await source.config['~standard'].validate({ address: V4, family: 'ipv4' });
    expect(issues?.[0]?.message).to.include('left out where address is not a name');
  });
});

describe('refresh', () => {
  const ONE = '192.0.2.1';
  const TWO = '192.0.2.2';

  for (const [options, moves] of [
    [{ refresh: '1h' }, true],
    [{ refresh: '0s' }, false],
    [{}, false],
  ] as const) {
    const shown = 'refresh' in options ? options.refresh : 'its default';
    it(`of ${shown}: a server that moved is ${moves ? '' : 'not '}followed within an hour while the old one answers`, async () => {
      const world = new NtpWorld();
      for (const address of [ONE, TWO])
        world.links.set(`${address}|123`, { upNs: 1e6, downNs: 1e6, respond: server() });
      world.names.set(NAME, [ONE]);
      const { record } = await ask(world, options);
      await world.pass(60 * S);
      world.names.set(NAME, [TWO]);
      await world.pass(3700 * S);
      expect(record.claims.at(-1)).to.include({ address: `${moves ? TWO : ONE}:123` });
      expect(record.replaced).to.have.length(moves ? 1 : 0);
    });
  }

  it('has a default of 14 days', async () => {
    const world = new NtpWorld();
    world.worthNs = 1024 * S;
    for (const address of [ONE, TWO]) world.links.set(`${address}|123`, { upNs: 1e6, downNs: 1e6, respond: server() });
    world.names.set(NAME, [ONE]);
    const { record } = await ask(world, { 'poll-min': '1024s' });
    await world.pass(60 * S);
    world.names.set(NAME, [TWO]);
    await world.pass(6.9 * 86_400 * S);
    expect(record.claims.at(-1)).to.include({ address: `${ONE}:123` });
    await world.pass(7.2 * 86_400 * S);
    expect(record.claims.at(-1)).to.include({ address: `${TWO}:123` });
  });

  it('is refused between 0 and one minute', async () => {
    for (const refresh of ['1s', '-1d', '59s'])
      expect((await source.config['~standard'].validate({ address: NAME, refresh })).issues, refresh).not.to.equal(
        undefined,
      );
  });
});

describe('burst', () => {
  it('asks again 2 s after a lost reply, three times', async () => {
    for (const [burst, requests] of [
      [true, 4],
      [false, 1],
    ] as const) {
      const world = dualStack(server(), server(), [V4]);
      world.worthNs = 256 * S;
      await ask(world, { burst, iburst: false });
      await world.pass(1 * S);
      world.links.get(`${V4}|123`)!.respond = silence;
      const before = world.sockets.length;
      await world.pass(300 * S);
      expect(world.sockets.length - before, String(burst)).to.equal(requests);
    }
  });
});
