import { expect } from 'chai';
import { loadNative } from '../../src/host/native.js';
import { Bench } from '../bench.js';
import { Hub } from '../hub.js';
import { skip } from '../need.js';
import { buildNtpGenerator, loadNtpServer } from '../ntp-load.js';
import { freeUdpPort } from '../place.js';

/** An interruption between the timestamps of four replies and their sending makes them late: so long it lasts at most, s. */
const EXPOSURE_S = 20e-6;

describe('an NTP server with a worker, under full load', function () {
  this.timeout(60_000);
  const bench = new Bench();
  before(function () {
    const { missing } = loadNative();
    if (missing !== '') skip(this, missing);
    const obstacle = buildNtpGenerator();
    if (obstacle !== '') skip(this, obstacle);
  });
  after(() => bench.clear());

  it('answers no request wrongly or twice, stamps its replies to 20 µs, and leaves the hub its memory and its time', async () => {
    const port = await freeUdpPort();
    const config = `[hub]\nfree-run = true\n[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\nthreads = 1\n`;
    const hub = await Hub.start(bench, config);
    await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running'));
    const load = { address: '127.0.0.1', port, pid: hub.process.pid, rate: 0, clients: 10_000 };
    await loadNtpServer({ ...load, seconds: 1 });
    const before = await hub.memory();
    const loaded = loadNtpServer({ ...load, seconds: 3 });
    let slowestMs = 0;
    for (let i = 0; i < 20; i++) {
      const asked = performance.now();
      await hub.status();
      slowestMs = Math.max(slowestMs, performance.now() - asked);
    }
    const result = await loaded;
    expect(result).to.include({ wrong: 0, repeated: 0 });
    expect(result.replies).to.be.above(30_000);
    expect(result.stampP50Ns).to.be.below(20_000);
    expect(result.lateShare).to.be.below(0.01 + result.interruptions * EXPOSURE_S);
    expect((await hub.memory()) - before).to.be.below(5e6);
    // Hub and worker share a core here.
    expect(slowestMs).to.be.below(500);
  });
});
