import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Authority } from '../certificates.js';
import { HUB_ADDRESS, OTHERS_ADDRESS } from '../hostile/addresses.js';
import { Network } from '../hostile/network.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { writeSecret } from '../nts.js';
import type { Peer } from '../peers.js';

/** ntpd sets the clock that it believes to be wrong: it runs without the capability for that. */
const WITHOUT_CLOCK = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time'];

describe("NTPsec's ntpd", function () {
  this.timeout(120_000);
  let bench: Bench;
  let network: Network;
  let ntpsec: Peer;
  const authority = new Authority();
  beforeEach(function () {
    ntpsec = need(this, 'ntpsec');
    bench = new Bench();
    network = Network.make(this, bench);
  });
  afterEach(() => bench?.clear());

  /** Starts ntpd on the others' machine. It listens at all addresses, port 123. */
  function startNtpd(lines: readonly string[]): void {
    const folder = bench.folder.at('ntpsec');
    mkdirSync(folder);
    const config = bench.write('ntp.conf', `${lines.join('\n')}\ndriftfile ${folder}/drift\nstatsdir ${folder}\n`);
    const [command, ...rest] = [...network.asClient, ...WITHOUT_CLOCK, ntpsec.program, '-n', '-g', '-c', config];
    bench.launch(command!, rest, { env: ntpsec.env });
  }

  function certificate(name: string, address: string): readonly [certificate: string, key: string] {
    const issued = authority.issue({ name: address });
    return [writeSecret(bench, `${name}.pem`, issued.certificate), writeSecret(bench, `${name}.key`, issued.key)];
  }

  it('follows the hub, and serves its time to a source of another hub', async () => {
    const hub = await Hub.startAs(bench, 'server', network.asHub, '[hub]\nfree-run = true\n[sink.ntp.lan]\n');
    startNtpd([`server ${HUB_ADDRESS} iburst minpoll 3 maxpoll 3`]);
    const observer = await Hub.startAs(
      bench,
      'observer',
      network.asClient,
      `[source.ntp.sec]\naddress = "${OTHERS_ADDRESS}"\npoll-min = "1s"\npoll-max = "1s"\n`,
    );
    const source = await observer.untilSource('ntp.sec', ({ state }) => state === 'combined');
    expect(Math.abs(source.offsetNs)).to.be.below(1e6);
    const { output } = await hub.cli('clients');
    expect(output).to.match(
      new RegExp(`${OTHERS_ADDRESS.replaceAll('.', '\\.')} +ntp\\.lan +[1-9]\\d* +– .* 4 +plain`),
    );
  });

  it('follows the hub with NTS, and serves with NTS to a source of another hub', async () => {
    const [hubCertificate, hubKey] = certificate('hub', HUB_ADDRESS);
    const [itsCertificate, itsKey] = certificate('ntpsec', OTHERS_ADDRESS);
    const ca = writeSecret(bench, 'ca.pem', authority.certificate);
    const nts = `[sink.ntp.lan.nts]\ncertificate = "${hubCertificate}"\nkey = "${hubKey}"\n`;
    const hub = await Hub.startAs(bench, 'server', network.asHub, `[hub]\nfree-run = true\n[sink.ntp.lan]\n${nts}`);
    startNtpd([
      // It compares a certificate with names only, not with addresses.
      `server ${HUB_ADDRESS} nts noval iburst minpoll 3 maxpoll 3`,
      ...['nts enable', `nts cert ${itsCertificate}`, `nts key ${itsKey}`],
      `nts cookie ${bench.folder.at('ntpsec-cookies')}`,
    ]);
    const table = `address = "${OTHERS_ADDRESS}"\npoll-min = "1s"\npoll-max = "1s"\nca = "${ca}"\n`;
    const observer = await Hub.startAs(bench, 'observer', network.asClient, `[source.nts.sec]\n${table}`);
    const source = await observer.untilSource('nts.sec', ({ state }) => state === 'combined');
    expect(Math.abs(source.offsetNs)).to.be.below(1e6);
    expect((await observer.cli('show', 'nts.sec')).output).to.match(/cookies +8/);
    expect((await hub.cli('clients')).output).to.match(/ 4 +nts/);
    expect((await hub.cli('show', 'ntp.lan')).output)
      .to.match(/nts_replies +[1-9]/)
      .and.match(/nts_naks +0/);
  });
});
