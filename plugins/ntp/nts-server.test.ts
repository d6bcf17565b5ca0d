import { createHmac } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Endpoint, TlsConnection, TlsIdentity, TlsRefusal, TlsServer, TlsServerOptions } from 'timehub/api';
import { readHeader, readTrailer, request } from 'timehub/protocol/ntp';
import {
  exportNtsKeys,
  judgeKeAnswer,
  KE_RECORD,
  KeReader,
  type KeRecord,
  keRequest,
  NtsSession,
  record,
  writeKeMessage,
} from 'timehub/protocol/nts';
import { Authority } from '../../test/certificates.js';
import sink from './sink.js';
import { sinkContext } from './testing/contexts.js';
import { NtpWorld, stateOf } from './testing/world.js';

const S = 1e9;
const DAY = 86_400 * S;
const US = { address: '127.0.0.1', port: 11123 };
const CLIENT = { address: '198.51.100.7', port: 40123 };
const SECRET = 'f'.repeat(64);
const exporter = (label: string, about: Uint8Array, octets: number): Uint8Array =>
  Uint8Array.from(createHmac('sha512', label).update(about).digest().subarray(0, octets));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timehub-nts-'));
  write('cert.pem', 'certificate 1');
  write('key.pem', 'key 1');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const exchange = () => ({ certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });

async function serving(
  nts: Record<string, unknown> = {},
  over: Parameters<typeof stateOf>[1] = {},
  world = new NtpWorld(),
) {
  const tls: {
    options?: TlsServerOptions;
    identities: TlsIdentity[];
    connect?: (c: TlsConnection) => void;
    refused?: (why: TlsRefusal, from: Endpoint, reason: string) => void;
    closed: boolean;
  } = {
    identities: [],
    closed: false,
  };
  world.tlsServer = async (options): Promise<TlsServer> => {
    tls.options = options;
    tls.identities.push(options.identity);
    return {
      local: { address: options.address, port: options.port },
      onConnection: (handler) => {
        tls.connect = handler;
      },
      onRefused: (handler) => {
        tls.refused = handler;
      },
      use: (identity) => void tls.identities.push(identity),
      close: () => {
        tls.closed = true;
      },
    };
  };
  const checked = await sink.config['~standard'].validate({
    listen: '127.0.0.1:11123',
    nts: { ...exchange(), ...nts },
  });
  if (checked.issues !== undefined) throw new Error(checked.issues.map(({ message }) => message).join('; '));
  const context = sinkContext(world, stateOf(world, over));
  const running = sink.create(checked.value, context);
  await running.start();
  const ask = async (packet: Uint8Array): Promise<Uint8Array | undefined> => {
    const replies: Uint8Array[] = [];
    const respond = (reply: Uint8Array): undefined => void replies.push(reply.slice());
    world.links.set(`${CLIENT.address}|${CLIENT.port}`, { upNs: 0, downNs: 0, respond });
    world.inject(US, packet, CLIENT);
    await world.pass(1e6);
    return replies[0];
  };
  const connect = (from: Endpoint = CLIENT) => {
    if (!tls.options!.admits(from)) throw new Error('not admitted');
    const state = {
      sent: [] as Uint8Array[],
      ended: false,
      closed: false,
      onData: (_: Uint8Array) => {},
      onClose: () => {},
    };
    const connection: TlsConnection = {
      peer: from,
      write: (octets) => void state.sent.push(octets),
      end: (octets) => {
        if (octets !== undefined) state.sent.push(octets);
        state.ended = true;
      },
      exportKey: exporter,
      onData: (handler) => {
        state.onData = handler;
      },
      onClose: (handler) => {
        state.onClose = () => handler();
      },
      close: () => {
        state.closed = true;
        state.onClose();
      },
    };
    tls.connect!(connection);
    return state;
  };
  const exchangeKeys = (octets = keRequest()): readonly KeRecord[] => {
    const client = connect();
    client.onData(octets);
    client.onClose();
    const reader = new KeReader(65_536);
    expect(reader.push(client.sent[0]!)).to.equal('complete');
    return reader.records;
  };
  const session = (): NtsSession => {
    const verdict = judgeKeAnswer(exchangeKeys());
    if ('fault' in verdict) throw new Error(verdict.fault);
    const { cipher, compliant, cookies } = verdict.agreement;
    return new NtsSession({
      keys: exportNtsKeys(cipher, compliant, exporter),
      cookies,
      random: (n) => world.random(n),
    });
  };
  return { world, context, running, tls, ask, connect, exchangeKeys, session };
}

/** Sends a request of the session. Returns the fault of its reply; undefined: authentic. */
async function faultOf(
  session: NtsSession,
  { ask, world }: Pick<Awaited<ReturnType<typeof serving>>, 'ask' | 'world'>,
) {
  const asked = session.next()!;
  const packet = asked.seal(request(world.random(8)));
  const reply = await ask(packet);
  if (reply === undefined) return 'silence';
  expect(reply.length).to.be.at.most(packet.length);
  return asked.faultOf(reply, readTrailer(reply, reply.length, 4)!);
}

describe('sink.ntp with NTS', () => {
  it('gives keys, and serves requests by them with fresh cookies; plain requests as before (F8)', async () => {
    const server = await serving();
    const session = server.session();
    for (let i = 0; i < 20; i++) expect(await faultOf(session, server)).to.equal(undefined);
    expect(session.cookies).to.equal(8);
    const plain = await server.ask(request(server.world.random(8)));
    expect(readHeader(plain!)).to.include({ mode: 4, stratum: 2 });
    expect(server.running.inspect!()).to.include({ nts_replies: 20, nts_naks: 0, replies: 1, key_exchanges: 1 });
  });

  it('names its NTP port, and another host where one is configured', async () => {
    const verdict = judgeKeAnswer((await serving({ 'ntp-server': 'ntp.example.org' })).exchangeKeys());
    expect(verdict).to.have.nested.property('agreement.port', US.port);
    expect(verdict).to.have.nested.property('agreement.host', 'ntp.example.org');
  });

  it('answers NTSN to a cookie of other keys, and is silent to a malformed request', async () => {
    const elsewhere = new NtpWorld();
    elsewhere.random(7);
    const session = (await serving({}, {}, elsewhere)).session();
    const server = await serving();
    expect(await faultOf(session, server)).to.equal('nts-nak');
    const packet = session.next()!.seal(request(server.world.random(8)));
    packet[48] = 0x7f;
    expect(await server.ask(packet)).to.equal(undefined);
    expect(server.running.inspect!()).to.include({ nts_replies: 0, nts_naks: 1, nts_ignored: 1 });
  });

  it('gives no keys while it has no time itself', async () => {
    const server = await serving({}, { ntp: { stratum: 16 } });
    expect(server.tls.options!.admits(CLIENT)).to.equal(false);
    server.context.publish(stateOf(server.world));
    expect(server.tls.options!.admits(CLIENT)).to.equal(true);
  });

  describe('at the key exchange', () => {
    it('answers a malformed request with an error, and too long a one', async () => {
      const server = await serving();
      expect(server.exchangeKeys(writeKeMessage([]))).to.deep.equal([record(KE_RECORD.error, [1])]);
      expect(server.exchangeKeys(new Uint8Array(9000).fill(0x11))).to.deep.equal([record(KE_RECORD.error, [1])]);
    });

    it('closes a connection whose request does not come within 2 s, or that is not closed by its client (E12)', async () => {
      const server = await serving();
      const slow = server.connect();
      slow.onData(keRequest().subarray(0, 5));
      const lingering = server.connect();
      lingering.onData(keRequest());
      expect(lingering.ended).to.equal(true);
      await server.world.pass(1.9 * S);
      expect([slow.closed, lingering.closed]).to.deep.equal([false, false]);
      await server.world.pass(0.2 * S);
      expect([slow.closed, lingering.closed]).to.deep.equal([true, true]);
      expect(slow.sent).to.have.length(0);
      expect(server.running.inspect!()).to.include({ key_exchanges: 1, key_exchanges_late: 1 });
    });

    it('gives one client eight connections at a time, and the others theirs', async () => {
      const { tls, connect } = await serving();
      const { admits } = tls.options!;
      const open = Array.from({ length: 8 }, () => connect());
      expect([admits(CLIENT), admits({ address: '198.51.100.8', port: 1 })]).to.deep.equal([false, true]);
      open[0]!.onClose();
      expect(admits(CLIENT)).to.equal(true);
      expect(admits(CLIENT)).to.equal(false);
      for (let i = 0; i < 8; i++) connect({ address: `2001:db8::${i}`, port: 1 });
      expect(admits({ address: '2001:db8::99', port: 1 })).to.equal(false);
      expect(admits({ address: '2001:db8:0:1::1', port: 1 })).to.equal(true);
    });

    it('limits the rate of each client, by its own limit', async () => {
      const { tls, running } = await serving({ 'rate-limit': { interval: '1s', burst: 3 } });
      const admitted = Array.from({ length: 5 }, () => tls.options!.admits(CLIENT));
      expect(admitted).to.deep.equal([true, true, true, false, false]);
      expect(running.inspect!()).to.include({ key_exchange_connections: 3, key_exchanges_limited: 2 });
    });

    it('counts the connections of a client from the moment at which they are accepted', async () => {
      const { tls, running } = await serving();
      const { admits } = tls.options!;
      for (let i = 0; i < 8; i++) expect(admits(CLIENT)).to.equal(true);
      expect(admits(CLIENT)).to.equal(false);
      tls.refused!('late', CLIENT, 'it did not finish the handshake in time');
      expect(admits(CLIENT)).to.equal(true);
      tls.refused!('full', CLIENT, 'too many connections are open');
      tls.refused!('handshake', CLIENT, 'it does not speak TLS');
      expect(running.inspect!()).to.include({
        ...{ key_exchange_connections: 9, key_exchanges_full: 2, key_exchanges_late: 1, key_exchanges_failed: 1 },
        lastKeyExchangeFailure: '198.51.100.7: it does not speak TLS',
      });
    });

    it('says why it gave no keys', async () => {
      const { connect, exchangeKeys, running } = await serving();
      exchangeKeys(writeKeMessage([]));
      const reason = (): unknown => running.inspect!().lastKeyExchangeFailure;
      expect(reason()).to.equal('198.51.100.7: its request is malformed, or has nothing in common');
      connect().onClose();
      expect(reason()).to.match(/^198\.51\.100\.7: no request came/);
      expect(running.inspect!()).to.include({ key_exchanges_refused: 1, key_exchanges_failed: 1, key_exchanges: 0 });
    });

    it('makes cookies with the newest key as soon as there is one', async () => {
      const secrets = join(folder, 'secrets');
      mkdirSync(secrets);
      write('secrets/2026-01', SECRET);
      const server = await serving({ 'fleet-secret': secrets });
      const idOf = (): string =>
        Buffer.from(
          server
            .exchangeKeys()
            .find(({ type }) => type === 5)!
            .body.subarray(0, 4),
        ).toString('hex');
      const before = idOf();
      expect(idOf()).to.equal(before);
      write('secrets/2026-02', 'e'.repeat(64));
      await server.world.pass(11 * S);
      expect(idOf()).not.to.equal(before);
    });

    it('uses another certificate when its files have changed, and keeps the old one if they are bad (E16)', async () => {
      const { world, tls, context } = await serving();
      write('cert.pem', 'certificate 2 of another length');
      await world.pass(11 * S);
      expect(tls.identities.map(({ certificate }) => certificate)).to.deep.equal([
        'certificate 1',
        'certificate 2 of another length',
      ]);
      rmSync(join(folder, 'key.pem'));
      await world.pass(11 * S);
      expect(context.record.health.at(-1)!.reason).to.match(
        /^the private key .*key\.pem cannot be used: it does not exist; the certificate of before stays in use$/,
      );
      write('key.pem', 'key 2');
      await world.pass(11 * S);
      expect(context.record.health.at(-1)!.state).to.equal('ok');
      expect(tls.identities.at(-1)!.key).to.equal('key 2');
    });

    it('says that its certificate ends within a week, or has ended', async () => {
      const authority = new Authority();
      // The days of certificates count from now, the time of the world from its own beginning.
      const aheadDays = (Number(new NtpWorld().trueTime / 1_000_000n) - Date.now()) / 86_400_000;
      const reasonAt = async (days: number): Promise<string> => {
        write(
          'cert.pem',
          authority.issue({ name: 'a.example', fromDays: -900, untilDays: aheadDays + days }).certificate,
        );
        const { context, world } = await serving();
        await world.pass(11 * S);
        return context.record.health.at(-1)!.reason;
      };
      expect(await reasonAt(8)).to.equal('serves at 127.0.0.1:11123');
      expect(await reasonAt(6)).to.match(/^the certificate of the key exchange expires on 2026-11-2\d$/);
      expect(await reasonAt(-1)).to.match(
        /^the certificate of the key exchange has expired \(on 2026-11-20\): clients/,
      );
    });

    for (const [what, prepare, reason] of [
      [
        'a private key that others may read',
        () => write('key.pem', 'key', 0o644),
        /every user has access to its secrets/,
      ],
      [
        'no certificate',
        () => rmSync(join(folder, 'cert.pem')),
        /the certificate .* cannot be used: it does not exist/,
      ],
    ] as const)
      it(`does not start with ${what}`, async () => {
        prepare();
        let failure = '';
        await serving().catch((error: Error) => {
          failure = error.message;
        });
        expect(failure).to.match(reason);
      });
  });

  describe('the keys of its cookies', () => {
    it('change each day, and a client that asks once a day notices nothing', async () => {
      const server = await serving();
      const session = server.session();
      for (let day = 1; day <= 2; day++) {
        await server.world.pass(DAY);
        expect(await faultOf(session, server), `day ${day}`).to.equal(undefined);
        expect(server.running.inspect!()).to.include({ cookieKeys: day + 1 });
      }
    });

    it('are saved with mode 0600, and outlive a restart (F10)', async () => {
      const path = join(folder, 'keys');
      const before = await serving({ 'cookie-keys': path });
      const session = before.session();
      for (let i = 0; i < 100 && statSync(path, { throwIfNoEntry: false }) === undefined; i++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      await before.running.stop();
      const after = await serving({ 'cookie-keys': path });
      expect(await faultOf(session, after)).to.equal(undefined);
      writeFileSync(path, '{"keys":[{"id":-1}]}');
      let failure = '';
      await serving({ 'cookie-keys': path }).catch((error: Error) => {
        failure = error.message;
      });
      expect(failure).to.match(/is not one that timehub has written; remove it$/);
      expect(readFileSync(path, 'utf8')).to.include('-1');
    });

    it('of a fleet follow from its secret: every server accepts the cookies of the others', async () => {
      const secret = write('secret', `${SECRET}\n`);
      const session = (await serving({ 'fleet-secret': secret })).session();
      const other = await serving({ 'fleet-secret': secret, certificate: undefined, key: undefined });
      expect(await faultOf(session, other)).to.equal(undefined);
      expect(other.running.inspect!()).to.have.property('fingerprints').with.length(1);
    });

    it('of a fleet follow another secret without a break: the last file of a folder makes new cookies', async () => {
      const secrets = join(folder, 'secrets');
      mkdirSync(secrets);
      write('secrets/2026-01', SECRET);
      const server = await serving({ 'fleet-secret': secrets });
      const session = server.session();
      write('secrets/2026-02', 'e'.repeat(64));
      await server.world.pass(11 * S);
      expect(await faultOf(session, server)).to.equal(undefined);
      rmSync(join(secrets, '2026-01'));
      await server.world.pass(11 * S);
      expect(await faultOf(session, server), 'its new cookies').to.equal('nts-nak');
      expect(await faultOf(server.session(), server)).to.equal(undefined);
      expect(server.running.inspect!()).to.have.property('fingerprints').with.length(1);
    });

    for (const [what, text, mode, reason] of [
      ['is too short', 'short', 0o600, /has 5 octets, and 32 are the least; make one with: openssl rand -hex 32/],
      ['is open to others', SECRET, 0o644, /every user has access to its secrets/],
    ] as const)
      it(`of a fleet are refused when the secret ${what}`, async () => {
        let failure = '';
        await serving({ 'fleet-secret': write('secret', text, mode) }).catch((error: Error) => {
          failure = error.message;
        });
        expect(failure).to.match(reason);
      });
  });

  for (const [what, nts, reason] of [
    ['a certificate without a key', { key: undefined }, /both certificate and key/],
    [
      'neither certificate nor fleet',
      { key: undefined, certificate: undefined },
      /certificate and key, or with fleet-secret/,
    ],
    ['two sources of keys', { 'cookie-keys': '/a', 'fleet-secret': '/b' }, /either cookie-keys or fleet-secret/],
  ] as const)
    it(`is not configured with ${what}`, async () => {
      let failure = '';
      await serving(nts).catch((error: Error) => {
        failure = error.message;
      });
      expect(failure).to.match(reason);
    });
});
