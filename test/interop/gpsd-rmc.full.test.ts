import { expect } from 'chai';
import { Bench } from '../bench.js';
import { startGpsd } from '../gpsd.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startReceiver } from '../receiver.js';

describe('gpsd with a receiver that sends RMC alone', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('gives the source its serial time, although it never has an altitude', async function () {
    const program = need(this, 'gpsd');
    const gpsd = await startGpsd(bench, program, startReceiver(bench, 'RMC'));
    const hub = await Hub.start(bench, `[source.gpsd.rx]\naddress = "127.0.0.1:${gpsd.port}"\n`);
    const source = await hub.untilSource('gpsd.rx', ({ observations }) => observations >= 3, 40_000);
    expect(Math.abs(source.offsetNs)).to.be.below(0.5e9);
    const { sources } = await hub.status();
    expect(sources[0]?.lifecycle).to.equal('running');
    expect((await hub.events()).map(({ text }) => text).join('\n')).to.contain(
      'the receiver has a fix without altitude',
    );
  });
});
