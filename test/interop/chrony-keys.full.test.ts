import { chmodSync } from 'node:fs';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { askChrony, type ChronyServer, startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import type { Peer } from '../peers.js';
import { freeUdpPort } from '../place.js';

const HEX_16 = '000102030405060708090a0b0c0d0e0f';
const TYPES = ['AES128', 'AES256', 'SHA256', 'SHA384', 'SHA512', 'MD5', 'SHA1'] as const;
const SECRETS: Readonly<Record<string, string>> = { AES128: `HEX:${HEX_16}`, AES256: `HEX:${HEX_16}${HEX_16}` };
/** Keys 1 to 7 are the same on both sides; keys 8 and 9 are not. */
const KEYS = [...TYPES.map((type) => `${type} ${SECRETS[type] ?? 'ASCII:secret-of-both'}`), `AES128 HEX:${HEX_16}`];
const keyFile = (lines: readonly string[]): string => lines.map((line, n) => `${n + 1} ${line}\n`).join('');
const WEAK = 'weak-keys = ["MD5", "SHA1"]';

describe('symmetric keys with chronyd', function () {
  this.timeout(90_000);
  let bench: Bench;
  let chrony: Peer;
  let ours: string;
  let theirs: string;
  beforeEach(function () {
    chrony = need(this, 'chrony');
    bench = new Bench();
    ours = write('hub.keys', keyFile(KEYS));
    theirs = write('chrony.keys', keyFile([...KEYS.slice(0, -1), `AES128 HEX:${'ff'.repeat(16)}`]));
  });
  afterEach(() => bench?.clear());

  function write(name: string, text: string): string {
    const path = bench.write(name, text);
    chmodSync(path, 0o600);
    return path;
  }

  const sourceTable = ({ port }: ChronyServer, name: string, key: number): string =>
    `[source.ntp.${name}]\naddress = "127.0.0.1:${port}"\npoll-min = "250ms"\nkey = ${key}\nkey-file = "${ours}"\n${WEAK}\n`;

  it('the hub is served by each type of key that chronyd has, and says so', async () => {
    const server = await startChronyServer(bench, chrony, { lines: `keyfile ${theirs}\n` });
    const tables = TYPES.map((type, n) => sourceTable(server, type.toLowerCase(), n + 1));
    const hub = await Hub.start(bench, tables.join(''));
    const { sources } = await hub.until((status) => status.sources.every(({ observations }) => observations >= 6));
    for (const { id, offsetNs } of sources) expect(Math.abs(offsetNs), id).to.be.below(50e3);
    expect((await hub.cli('show', 'ntp.aes128')).output).to.include('1 (AES128)');
  });

  it('chronyd is silent to a key that it has with another secret, and the hub names the cause', async () => {
    const server = await startChronyServer(bench, chrony, { lines: `keyfile ${theirs}\n` });
    const hub = await Hub.start(bench, sourceTable(server, 'wrong', KEYS.length));
    const { reason } = await hub.untilSource('ntp.wrong', ({ state }) => state === 'unreachable');
    expect(reason).to.match(
      /^no reply to \d+ requests in \d+ s; the server may not have key 8, or may have another secret or type for it$/,
    );
  });

  it('chronyd is served by its key, and gets no time by a wrong one', async () => {
    const upstream = await startNtpStub(bench, 30_000_000n);
    const port = await freeUdpPort();
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = ["127.0.0.1:${port}"]\nkey-file = "${ours}"\n`,
    );
    await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    const lines = [`keyfile ${theirs}`];
    for (const key of [1, 5]) {
      const heardNs = await askChrony(bench, chrony, port, { source: `key ${key}`, lines });
      expect(heardNs, `key ${key}`).to.be.closeTo(30e6, 1e6);
    }
    let failure = '';
    await askChrony(bench, chrony, port, { source: 'key 8', lines }).catch((error) => {
      failure = (error as Error).message;
    });
    expect(failure).to.include('got no time');
    expect((await hub.cli('show', 'ntp.lan')).output).to.match(/naks +[1-9]/);
  });
});
