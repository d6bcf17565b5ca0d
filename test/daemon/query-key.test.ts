import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub, timehub } from '../hub.js';
import { run } from '../launch.js';
import { writeSecret } from '../nts.js';
import { freeUdpPort } from '../place.js';

const SECRET = '000102030405060708090a0b0c0d0e0f';

describe('timehub query with a key, and with NTPv5', function () {
  this.timeout(30_000);
  let bench: Bench;
  let port = 0;
  let keys = '';
  before(async () => {
    bench = new Bench();
    port = await freeUdpPort();
    keys = writeSecret(bench, 'hub.keys', `1 AES128 HEX:${SECRET}\n2 MD5 ASCII:weak\n`);
    const sink = `[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\nkey-file = "${keys}"\nversions = [4, 5]\n`;
    const hub = await Hub.start(bench, `[hub]\nfree-run = true\n${sink}`);
    await hub.until(({ sinks, ntp }) => ntp.stratum < 16 && sinks.every(({ state }) => state === 'running'));
  });
  after(() => bench?.clear());

  const query = (...args: readonly string[]) => run(process.execPath, [timehub, 'query', `127.0.0.1:${port}`, ...args]);

  it('measures a server that has the key', async () => {
    const { code, output } = await query('--key', '1', '--key-file', keys, '--json');
    expect(JSON.parse(output)).to.include({ synchronised: true, version: 4 });
    expect(code).to.equal(0);
  });

  it('refuses the reply of a server that has another secret for it', async () => {
    const other = writeSecret(bench, 'other.keys', `1 AES128 HEX:${'ff'.repeat(16)}\n`);
    const { code, output } = await query('--key', '1', '--key-file', other);
    expect(output).to.match(/cannot verify the request \(crypto-NAK\)/);
    expect(code).not.to.equal(0);
  });

  for (const [what, args, reason] of [
    ['a key that the file does not have', ['--key', '7'], /there is no key 7 in/],
    ['a weak key', ['--key', '2'], /key 2 of .* is of the broken type MD5/],
    ['a number that is none', ['--key', 'x'], /--key must be a number from 1 to/],
    ['a key with NTPv5', ['--key', '1', '--ntp-version', '5'], /--key is of NTPv4/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { code, output } = await query(...args, '--key-file', keys);
      expect(output).to.match(reason);
      expect(code).not.to.equal(0);
    });

  it('refuses a key file without a key, and one that others may read', async () => {
    expect((await query('--key-file', keys)).output).to.match(/--key-file needs --key/);
    const open = bench.write('open.keys', `1 AES128 HEX:${SECRET}\n`);
    expect((await query('--key', '1', '--key-file', open)).output).to.match(/the key file .*open\.keys cannot be used/);
  });

  it('measures a server of NTPv5', async () => {
    const { code, output } = await query('--ntp-version', '5');
    expect(output).to.match(/NTPv5, stratum \d+, leap second/);
    expect(code).to.equal(0);
    expect((await query('--ntp-version', '6')).output).to.match(/--ntp-version must be 4 or 5/);
  });
});
