import { expect } from 'chai';
import { loadNative } from '../../src/host/native.js';
import { Bench } from '../bench.js';
import { Authority } from '../certificates.js';
import { askChrony } from '../chrony.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { authority, NTS_HOST, startNtsChrony, startNtsHub, writeSecret } from '../nts.js';
import type { Peer } from '../peers.js';

describe('NTS with chronyd', function () {
  this.timeout(90_000);
  let bench: Bench;
  let chrony: Peer;
  let ca: string;
  beforeEach(function () {
    chrony = need(this, 'chrony');
    bench = new Bench();
    ca = writeSecret(bench, 'ca.pem', authority.certificate);
  });
  afterEach(() => bench?.clear());

  const table = ({ ke }: { readonly ke: number }, name = 'chrony'): string =>
    `[source.nts.${name}]\naddress = "${NTS_HOST}:${ke}"\npoll-min = "250ms"\npoll-max = "250ms"\nca = "${ca}"\n`;

  it('as a server of this machine is measured within 50 µs, authenticated, with cookies to spare', async () => {
    const server = await startNtsChrony(bench, chrony);
    const hub = await Hub.start(bench, table(server));
    const source = await hub.untilSource('nts.chrony', ({ observations }) => observations >= 40);
    expect(source.stamp).to.equal('kernel');
    expect(Math.abs(source.offsetNs)).to.be.below(50e3);
    await hub.until(({ mode }) => mode === 'tracking');
    const { output } = await hub.cli('show', 'nts.chrony');
    expect(output)
      .to.match(/cipher +AES-SIV-CMAC-256/)
      .and.match(/cookies +8/)
      .and.match(/key_exchanges +1/);
  });

  for (const [what, certified, reason] of [
    [
      'has expired',
      authority.issue({ name: NTS_HOST, fromDays: -60, untilDays: -1 }),
      /certificate of .* has expired \(valid from/,
    ],
    [
      'is for another name',
      authority.issue({ name: 'other.example.org' }),
      /certificate of .* is not for 127\.0\.0\.1/,
    ],
    [
      'is of an unknown authority',
      new Authority('Stranger').issue({ name: NTS_HOST }),
      /is of an authority that is not trusted/,
    ],
  ] as const) {
    it(`is not asked for the time when its certificate ${what}, and status says so`, async () => {
      const server = await startNtsChrony(bench, chrony, certified);
      const hub = await Hub.start(bench, table(server));
      const source = await hub.untilSource('nts.chrony', ({ reason: text }) => /certificate/.test(text));
      expect(source.state).to.equal('unreachable');
      expect(source.reason)
        .to.match(reason)
        .and.match(/; tried again in \d+ s$/);
      expect(source.observations).to.equal(0);
      expect((await hub.status()).mode).to.equal('unsynchronised');
    });
  }

  it('with a certificate of the future is accepted for now, and refused when it states today’s time', async function () {
    if (loadNative().native === undefined) this.skip();
    const server = await startNtsChrony(bench, chrony, authority.issue({ name: NTS_HOST, fromDays: 3 }));
    const hub = await Hub.start(bench, table(server));
    const source = await hub.untilSource('nts.chrony', ({ reason }) => /certificate is not valid/.test(reason));
    expect(source.reason).to.match(/^the server says that it is 20.*, when its certificate is not valid \(from 20/);
    expect(source.observations).to.equal(0);
  });

  for (const [where, threads] of [
    ['in line', 0],
    ['in a thread', 1],
  ] as const)
    it(`as a client of the hub, which answers ${where}, gets keys, then the hub’s time, authenticated`, async () => {
      const { hub, port, ke } = await startNtsHub(bench, { threads });
      const heardNs = await askChrony(bench, chrony, port, {
        source: `nts ntsport ${ke}`,
        lines: [`ntstrustedcerts ${ca}`, 'nosystemcert'],
      });
      expect(heardNs).to.be.closeTo(30e6, 1e6);
      const { output } = await hub.cli('show', 'ntp.lan');
      expect(output)
        .to.match(/key_exchanges +1/)
        .and.match(/nts_replies +[1-9]/)
        .and.match(/nts_naks +0/);
    });

  it('as a server of this machine answers in the interleaved mode, authenticated', async () => {
    const server = await startNtsChrony(bench, chrony);
    const hub = await Hub.start(bench, `${table(server)}interleaved = true\n`);
    await hub.untilSource('nts.chrony', ({ observations }) => observations >= 40);
    const { output } = await hub.cli('show', 'nts.chrony');
    expect(output)
      .to.match(/exchange mode +interleaved/)
      .and.match(/cookies +8/)
      .and.match(/key_exchanges +1/);
  });

  it('as a client of the hub with xleave is answered in the interleaved mode, authenticated', async () => {
    const { hub, port, ke } = await startNtsHub(bench, { interleaved: true });
    const heardNs = await askChrony(bench, chrony, port, {
      source: `nts ntsport ${ke} xleave`,
      lines: [`ntstrustedcerts ${ca}`, 'nosystemcert'],
    });
    expect(heardNs).to.be.closeTo(30e6, 1e6);
    const { output } = await hub.cli('show', 'ntp.lan');
    expect(output)
      .to.match(/interleaved +[1-9]/)
      .and.match(/nts_replies +[1-9]/);
  });

  it('another hub gets the time of a hub by NTS, too', async () => {
    const { ke } = await startNtsHub(bench);
    const client = await Hub.startAs(bench, 'client', [], table({ ke }, 'hub'));
    const source = await client.untilSource('nts.hub', ({ observations }) => observations >= 24);
    expect(source.offsetNs).to.be.closeTo(30e6, 1e6);
  });
});
