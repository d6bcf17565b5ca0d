import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readHeader, request } from 'timehub/protocol/ntp';
import { judgeKeAnswer } from 'timehub/protocol/nts';
import { CLIENT, faultOf, inFolder, serving, US, useFolder, write } from './testing/nts-serving.js';
import { NtpWorld, stateOf } from './testing/world.js';

const S = 1e9;
const DAY = 86_400 * S;
const SECRET = 'f'.repeat(64);

describe('sink.ntp with NTS', () => {
  useFolder();

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
      const path = inFolder('keys');
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
      const secrets = inFolder('secrets');
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
