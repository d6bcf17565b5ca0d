import { expect } from 'chai';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { run } from '../launch.js';
import { need, skip } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';

/** A loopback address at whose port 123 no other server listens. ntpdig knows no other port. */
const ADDRESS = '127.77.0.1';

describe('ntpdig', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('hears from the hub the time that it believes in', async function () {
    const ntpdig = need(this, 'ntpdig');
    if (process.getuid?.() !== 0) skip(this, 'ntpdig asks at port 123 only, which this user may not open');
    const upstream = await startNtpStub(bench, -20_000_000n);
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.ntp.lan]\nlisten = "${ADDRESS}:123"\n`,
    );
    await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    // Without -S and -s it only prints.
    const { output } = await run(ntpdig.program, ['-j', '-p', '4', '-t', '5', ADDRESS], { env: ntpdig.env });
    const heard = JSON.parse(output) as { readonly offset: number; readonly stratum: number; readonly leap: string };
    const { clocks, ntp } = await hub.status();
    expect(heard.offset * 1e9).to.be.closeTo(clocks[0]!.offsetNs, 1e6);
    expect(heard).to.include({ stratum: ntp.stratum, leap: 'no-leap' });
  });
});
