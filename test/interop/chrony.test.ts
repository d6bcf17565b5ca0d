import { expect } from 'chai';
import { Bench } from '../bench.js';
import { askChrony, startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';
import { freeUdpPort } from '../place.js';

describe('chronyd', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('as a server of this machine is measured within 50 µs, by kernel stamps', async function () {
    const server = await startChronyServer(bench, need(this, 'chrony'));
    const hub = await Hub.start(
      bench,
      `[source.ntp.chrony]\naddress = "127.0.0.1:${server.port}"\npoll-min = "250ms"\npoll-max = "250ms"\n`,
    );
    const source = await hub.untilSource('ntp.chrony', ({ observations }) => observations >= 24);
    expect(source.stamp).to.equal('kernel');
    expect(Math.abs(source.offsetNs)).to.be.below(50e3);
    const { clocks } = await hub.until(({ mode }) => mode === 'tracking');
    expect(Math.abs(clocks[0]!.offsetNs)).to.be.below(50e3);
  });

  it('as a client of the hub hears what status says, within 0.2 ms', async function () {
    const chrony = need(this, 'chrony');
    const upstream = await startNtpStub(bench, 30_000_000n);
    const port = await freeUdpPort();
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = ["127.0.0.1:${port}"]\n`,
    );
    // The hub must settle first: its estimate changes by itself while it is still learning.
    await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    const heardNs = await askChrony(bench, chrony, port);
    const { clocks } = await hub.status();
    expect(clocks[0]!.offsetNs).to.be.closeTo(30e6, 1e6);
    expect(heardNs).to.be.closeTo(clocks[0]!.offsetNs, 0.2e6);
  });
});
