import { expect } from 'chai';
import { Bench } from '../bench.js';
import { startGpsd } from '../gpsd.js';
import { Hub } from '../hub.js';
import { need } from '../need.js';
import { startReceiver } from '../receiver.js';

describe('gpsd with a receiver that speaks NMEA', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('gives the source its serial time, and its end is seen and survived', async function () {
    const program = need(this, 'gpsd');
    const gpsd = await startGpsd(bench, program, startReceiver(bench));
    const hub = await Hub.start(bench, `[source.gpsd.rx]\naddress = "127.0.0.1:${gpsd.port}"\ntimeout = "3s"\n`);
    const source = await hub.untilSource('gpsd.rx', ({ observations }) => observations >= 3, 40_000);
    expect(Math.abs(source.offsetNs)).to.be.below(0.5e9);
    await gpsd.process.stop();
    const gone = await hub.untilSource('gpsd.rx', ({ state }) => state === 'unreachable');
    expect(gone.reason).to.match(/connect|refused|closed|gpsd/i);
  });
});
