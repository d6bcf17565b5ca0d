import { chmodSync, mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Authority, type Certified } from '../certificates.js';
import { askChrony, type ChronyServer, startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import type { Peer } from '../peers.js';
import { freeTcpPort, freeUdpPort } from '../place.js';

const HOST = '127.0.0.1';

describe('NTS with chronyd', function () {
  this.timeout(90_000);
  let bench: Bench;
  let chrony: Peer;
  let ca: string;
  const authority = new Authority();
  beforeEach(function () {
    chrony = need(this, 'chrony');
    bench = new Bench();
    ca = write('ca.pem', authority.certificate);
  });
  afterEach(() => bench?.clear());

  function write(name: string, text: string): string {
    const path = bench.write(name, text);
    chmodSync(path, 0o600);
    return path;
  }

  /** Starts a chronyd that serves NTS, with a port of the key exchange. */
  async function serve({ certificate, key }: Certified = authority.issue({ name: HOST })) {
    const ke = await freeTcpPort();
    const dump = bench.folder.at(`dump-${ke}`);
    mkdirSync(dump, { mode: 0o750 });
    const files = `ntsservercert ${write('cert.pem', certificate)}\nntsserverkey ${write('key.pem', key)}\n`;
    const server = await startChronyServer(bench, chrony, { lines: `${files}ntsport ${ke}\nntsdumpdir ${dump}\n` });
    return { ...server, ke };
  }

  const table = ({ ke }: { readonly ke: number }, name = 'chrony'): string =>
    `[source.nts.${name}]\naddress = "${HOST}:${ke}"\npoll-min = "250ms"\npoll-max = "250ms"\nca = "${ca}"\n`;

  it('as a server of this machine is measured within 50 µs, authenticated, with cookies to spare', async () => {
    const server = await serve();
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
      authority.issue({ name: HOST, fromDays: -60, untilDays: -1 }),
      /certificate of .* has expired \(valid from/,
    ],
    [
      'is for another name',
      authority.issue({ name: 'other.example.org' }),
      /certificate of .* is not for 127\.0\.0\.1/,
    ],
    [
      'is of an unknown authority',
      new Authority('Stranger').issue({ name: HOST }),
      /is of an authority that is not trusted/,
    ],
  ] as const) {
    it(`is not asked for the time when its certificate ${what}, and status says so`, async () => {
      const server: ChronyServer & { readonly ke: number } = await serve(certified);
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

  describe('as a client of the hub', () => {
    /** Starts a hub that serves a clock which is 30 ms slow, with NTS. */
    async function hubWithNts(more = '') {
      const upstream = await startNtpStub(bench, 30_000_000n);
      const [port, ke] = [await freeUdpPort(), await freeTcpPort()];
      const { certificate, key } = authority.issue({ name: HOST });
      const files = `certificate = "${write('hub.pem', certificate)}"\nkey = "${write('hub.key', key)}"\n`;
      const hub = await Hub.start(
        bench,
        `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = ["127.0.0.1:${port}"]\n[sink.ntp.lan.nts]\nlisten = "127.0.0.1:${ke}"\n${files}${more}`,
      );
      await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
      return { hub, port, ke };
    }

    it('gets keys, then the hub’s time, authenticated', async () => {
      const { hub, port, ke } = await hubWithNts();
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

    it('another hub gets its time by NTS, too', async () => {
      const { ke } = await hubWithNts();
      const client = await Hub.startAs(bench, 'client', [], table({ ke }, 'hub'));
      const source = await client.untilSource('nts.hub', ({ observations }) => observations >= 24);
      expect(source.offsetNs).to.be.closeTo(30e6, 1e6);
    });
  });
});
