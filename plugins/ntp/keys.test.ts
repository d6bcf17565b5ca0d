import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HubError } from 'timehub/api';
import { request, SymmetricKey } from 'timehub/protocol/ntp';
import sink from './sink.js';
import source from './source.js';
import { sinkContext, sourceContext } from './testing/contexts.js';
import { kiss } from './testing/server.js';
import { NtpWorld, stateOf } from './testing/world.js';

const S = 1e9;
const SERVER = '127.0.0.1:11123';
const HEX = '000102030405060708090a0b0c0d0e0f';
const KEYS = `7 AES128 HEX:${HEX}\n8 HMAC-SHA256 ASCII:secret\n9 SHA1 ASCII:secret\n`;

describe('symmetric keys (C7)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-ntp-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string, at = 1000): string {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    utimesSync(path, at, at);
    return path;
  }

  async function serve(world: NtpWorld, options: Record<string, unknown>) {
    const validated = await sink.config['~standard'].validate({ listen: SERVER, ...options });
    if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
    const running = sink.create(validated.value, sinkContext(world, stateOf(world)));
    await running.start();
    return running;
  }

  async function ask(world: NtpWorld, options: Record<string, unknown>) {
    const validated = await source.config['~standard'].validate({ address: SERVER, 'poll-min': '1s', ...options });
    if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
    const context = sourceContext(world);
    const running = source.create(validated.value, context);
    await running.start();
    return { running, record: context.record };
  }

  async function failure(action: Promise<unknown>): Promise<HubError> {
    try {
      await action;
    } catch (error) {
      if (error instanceof HubError) return error;
    }
    throw new Error('no fault');
  }

  for (const [key, name] of [
    [7, '7 (AES128)'],
    [8, '8 (HMAC-SHA256)'],
  ] as const) {
    it(`authenticate both sides: key ${name}`, async () => {
      const world = new NtpWorld();
      await serve(world, { 'key-file': write('server', KEYS) });
      const { running, record } = await ask(world, { key, 'key-file': write('client', KEYS) });
      await world.pass(5 * S);
      expect(record.handedOver.length).to.be.at.least(2);
      expect(record.claims[0]).to.include({ authenticated: true, stratum: 2 });
      expect(running.inspect!()).to.include({ key: name });
    });
  }

  it('need no file where the configuration names none: check-config must not look for it', async () => {
    for (const [definition, table] of [
      [source, { address: SERVER }],
      [sink, {}],
    ] as const) {
      const validated = await definition.config['~standard'].validate(table);
      expect('value' in validated && validated.value).not.to.have.property('key-file');
    }
  });

  it('are not used where none is named: the claims say so', async () => {
    const world = new NtpWorld();
    await serve(world, { 'key-file': write('server', KEYS) });
    const { running, record } = await ask(world, {});
    await world.pass(2 * S);
    expect(record.claims[0]).to.include({ authenticated: false });
    expect(running.inspect!()).not.to.have.property('key');
  });

  for (const [what, server] of [
    ['no keys', {}],
    ['another secret', `7 AES128 HEX:${'ff'.repeat(16)}\n`],
    ['another type', '7 SHA256 ASCII:secret\n'],
    ['another number', `6 AES128 HEX:${HEX}\n`],
  ] as const) {
    it(`a server with ${what} is reported with one reason, and no time of it is used`, async () => {
      const world = new NtpWorld();
      await serve(world, typeof server === 'string' ? { 'key-file': write('server', server) } : {});
      const { record } = await ask(world, { key: 7, 'key-file': write('client', KEYS) });
      await world.pass(20 * S);
      expect(record.handedOver).to.deep.equal([]);
      expect(record.unreachable[0]).to.match(
        /^4 replies came that say that the server cannot verify the request \(crypto-NAK\): it does not have this key, /,
      );
      expect(record.health.at(-1)).to.deep.include({ state: 'degraded' });
    });
  }

  it('a server that is silent to them, as chronyd is, is reported with the likely cause', async () => {
    const world = new NtpWorld();
    world.links.set('127.0.0.1|11123', { upNs: 1e6, downNs: 1e6, respond: () => undefined });
    const { record } = await ask(world, { key: 7, 'key-file': write('client', KEYS) });
    await world.pass(20 * S);
    expect(record.unreachable[0]).to.match(
      /^no reply to 4 requests in \d+ s; the server may not have key 7, or may have another secret or type for it$/,
    );
  });

  it('a forged kiss of death without them is refused', async () => {
    const world = new NtpWorld();
    world.links.set('127.0.0.1|11123', { upNs: 1e6, downNs: 1e6, respond: kiss('DENY') });
    const { running, record } = await ask(world, { key: 7, 'key-file': write('client', KEYS) });
    await world.pass(20 * S);
    expect(running.inspect!()).to.include({ kisses: 0 });
    expect(record.unreachable[0]).to.include('have no authenticator although a key is set');
  });

  it('an authentic DENY is obeyed at once (D11)', async () => {
    const world = new NtpWorld();
    await serve(world, { 'key-file': write('server', KEYS), deny: ['all'], 'on-deny': 'kiss' });
    const { record } = await ask(world, { key: 7, 'key-file': write('client', KEYS) });
    await world.pass(1 * S);
    expect(record.unreachable.at(-1)).to.include('refuses to serve this machine (kiss of death DENY)');
  });

  it('a new secret on both sides is used without a restart', async () => {
    const world = new NtpWorld();
    const [server, client] = [write('server', KEYS), write('client', KEYS)];
    await serve(world, { 'key-file': server });
    const { record } = await ask(world, { key: 7, 'key-file': client });
    await world.pass(5 * S);
    for (const name of ['server', 'client']) write(name, `7 AES128 HEX:${'ab'.repeat(16)}\n`, 2000);
    await world.pass(20 * S);
    const before = record.handedOver.length;
    await world.pass(10 * S);
    expect(record.handedOver.length).to.be.above(before);
    const packet = world.sentOctets.findLast((octets) => (octets[0]! & 7) === 3)!;
    const fresh = new SymmetricKey(7, 'AES128', new Uint8Array(16).fill(0xab));
    expect(fresh.verifies(packet, 48, packet.length)).to.equal(true);
  });

  it('a source does not start without its key, with a broken type, or with a file that others may read', async () => {
    const world = new NtpWorld();
    const path = write('client', KEYS);
    expect((await failure(ask(world, { key: 10, 'key-file': path }))).message).to.equal(
      `there is no key 10 in ${path}`,
    );
    expect((await failure(ask(world, { key: 9, 'key-file': path }))).message).to.include('is of the broken type SHA1');
    await ask(world, { key: 9, 'key-file': path, 'weak-keys': ['SHA1'] });
    chmodSync(path, 0o644);
    expect((await failure(ask(world, { key: 7, 'key-file': path }))).code).to.equal('TH_NTP_KEY_FILE');
    expect((await failure(serve(world, { 'key-file': path }))).code).to.equal('TH_NTP_KEY_FILE');
  });

  it('a server counts requests that no key of its own verifies', async () => {
    const world = new NtpWorld();
    const running = await serve(world, { 'key-file': write('server', KEYS) });
    const packet = new Uint8Array(68);
    packet.set(request(world.random(8)));
    new SymmetricKey(5, 'AES128', new Uint8Array(16)).sign(packet, 48);
    world.inject({ address: '127.0.0.1', port: 11123 }, packet, { address: '198.51.100.7', port: 40123 });
    expect(running.inspect!()).to.include({ naks: 1, replies: 0, keys: 2, weakKeys: 1 });
  });

  for (const [wrong, path] of [
    [{ key: 0 }, 'key'],
    [{ key: 2 ** 32 }, 'key'],
    [{ key: 7, 'key-file': '' }, 'key-file'],
    [{ key: 7, 'weak-keys': ['AES128'] }, 'weak-keys'],
  ] as const) {
    it(`refuses ${JSON.stringify(wrong)} by its key`, async () => {
      const { issues } = await source.config['~standard'].validate({ address: SERVER, ...wrong });
      const segment = issues?.[0]?.path?.[0];
      expect(typeof segment === 'object' ? segment.key : segment).to.equal(path);
    });
  }
});
