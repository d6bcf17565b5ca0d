import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { startNtpStub } from '../ntp-stub.js';
import { root } from '../place.js';

const PACKAGE = 'timehub-source-wobbly';

describe('a plugin from an npm package', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    mkdirSync(bench.folder.at('node_modules'));
    cpSync(join(root, 'test/fixtures', PACKAGE), bench.folder.at(`node_modules/${PACKAGE}`), { recursive: true });
    symlinkSync(root, bench.folder.at('node_modules/timehub'));
  });
  afterEach(() => bench.clear());

  const config = async (falls: number) =>
    [
      `plugins = ["${PACKAGE}"]`,
      `[source.ntp.steady]\naddress = "127.0.0.1:${await startNtpStub(bench, 0n)}"\npoll-min = "250ms"`,
      `[source.wobbly.w]\nswing = "20us"\nfalls = ${falls}`,
    ].join('\n');

  it('loads when the configuration names it, and observes', async () => {
    const hub = await Hub.start(bench, await config(1000));
    const source = await hub.untilSource('wobbly.w', ({ observations }) => observations >= 10);
    expect(Math.abs(source.offsetNs)).to.be.below(100e3);
  });

  it('alone restarts when it throws from a timer', async () => {
    const hub = await Hub.start(bench, await config(5));
    const fallen = await hub.untilSource('wobbly.w', ({ lifecycle }) => lifecycle === 'failed');
    expect(fallen.reason).to.include('the wobbly source fell over');
    await hub.untilSource('wobbly.w', ({ lifecycle }) => lifecycle === 'running');
    const details = await hub.json<{ readonly instance: { readonly restarts: number } }>('/v1/sources/ntp.steady');
    expect(details.instance.restarts).to.equal(0);
    expect(await hub.stop()).to.deep.equal({ code: 0, signal: null });
  });
});
