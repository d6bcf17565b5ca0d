import { mkdirSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import {
  AES_SIV_CMAC_256,
  judgeKeAnswer,
  KE_POOL_RECORD,
  KE_RECORD,
  keRequest,
  NtsSession,
  record,
  writeKeMessage,
} from 'timehub/protocol/nts';
import { Authority } from '../../test/certificates.js';
import { CLIENT, faultOf, inFolder, serving, useFolder, write } from './testing/nts-serving.js';
import { NtpWorld } from './testing/world.js';

const S = 1e9;
const _DAY = 86_400 * S;
const SECRET = 'f'.repeat(64);

describe('the key exchange of sink.ntp', () => {
  useFolder();

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

  it('gives a pool cookies with the keys of its client, who then gets authentic replies', async () => {
    const server = await serving({ 'pool-authorities': write('pools.pem', 'authorities 1') });
    expect(server.tls.identities[0]!.clientAuthorities).to.equal('authorities 1');
    const keys = { cipher: AES_SIV_CMAC_256, c2s: server.world.random(32), s2c: server.world.random(32) };
    const fixed = { critical: true, type: KE_POOL_RECORD.fixedKeys, body: Buffer.concat([keys.c2s, keys.s2c]) };
    const asked = writeKeMessage([record(KE_RECORD.nextProtocol, [0]), record(KE_RECORD.aead, [15]), fixed]);
    expect(server.exchangeKeys(asked)).to.deep.equal([record(KE_RECORD.error, [0])]);
    const verdict = judgeKeAnswer(server.exchangeKeys(asked, true));
    if ('fault' in verdict) throw new Error(verdict.fault);
    const { cookies } = verdict.agreement;
    const session = new NtsSession({ keys, cookies, random: (n) => server.world.random(n) });
    expect(await faultOf(session, server)).to.equal(undefined);
    write('pools.pem', 'authorities 2, of others');
    await server.world.pass(11 * S);
    expect(server.tls.identities.at(-1)!.clientAuthorities).to.equal('authorities 2, of others');
  });

  it('makes cookies with the newest key as soon as there is one', async () => {
    const secrets = inFolder('secrets');
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
    rmSync(inFolder('key.pem'));
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
    expect(await reasonAt(-1)).to.match(/^the certificate of the key exchange has expired \(on 2026-11-20\): clients/);
  });

  for (const [what, prepare, reason] of [
    [
      'a private key that others may read',
      () => write('key.pem', 'key', 0o644),
      /every user has access to its secrets/,
    ],
    ['no certificate', () => rmSync(inFolder('cert.pem')), /the certificate .* cannot be used: it does not exist/],
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
