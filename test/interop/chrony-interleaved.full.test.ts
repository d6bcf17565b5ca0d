import { expect } from 'chai';
import { Bench } from '../bench.js';
import { askChrony, startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';

interface Inspected {
  readonly inspect: { readonly exchangeMode?: string; readonly interleaved: number };
}

describe('the interleaved mode (RFC 9769) with chronyd', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  const inspected = async (hub: Hub, id: string) =>
    (JSON.parse((await hub.cli('show', id, '--json')).output) as Inspected).inspect;

  it('the hub measures chronyd by the stamps of its kernel', async function () {
    const server = await startChronyServer(bench, need(this, 'chrony'));
    const hub = await Hub.start(
      bench,
      `[source.ntp.chrony]\naddress = "127.0.0.1:${server.port}"\npoll-min = "250ms"\npoll-max = "250ms"\ninterleaved = true\n`,
    );
    const source = await hub.untilSource('ntp.chrony', ({ observations }) => observations >= 40);
    expect(Math.abs(source.offsetNs)).to.be.below(50e3);
    const { exchangeMode, interleaved } = await inspected(hub, 'ntp.chrony');
    expect(exchangeMode).to.equal('interleaved');
    expect(interleaved).to.be.at.least(15);
  });

  for (const [where, threads] of [
    ['in line', 0],
    ['in a thread', 1],
  ] as const)
    it(`chronyd with xleave is answered ${where} by the stamps of the hub’s kernel`, async function () {
      const chrony = need(this, 'chrony');
      const upstream = await startNtpStub(bench, 30_000_000n);
      const port = await freeUdpPort();
      const hub = await Hub.start(
        bench,
        `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = ["127.0.0.1:${port}"]\ninterleaved = true\nthreads = ${threads}\n`,
      );
      await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
      const heardNs = await askChrony(bench, chrony, port, { source: 'xleave' });
      expect(heardNs).to.be.closeTo(30e6, 1e6);
      expect((await inspected(hub, 'ntp.lan')).interleaved).to.be.at.least(1);
    });
});
