import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { StatusReport } from 'timehub/api';
import { loadNative } from '../../src/host/native.js';
import { Bench } from '../bench.js';
import { startChronyServer } from '../chrony.js';
import { Hub } from '../hub.js';
import { need, skip } from '../need.js';
import { buildNtpGenerator, loadNtpServer, type NtpLoad, type NtpLoadResult } from '../ntp-load.js';
import { freeUdpPort } from '../place.js';
import { waitedForProcessorMs } from '../processes.js';

/** An interruption between the timestamps of four replies and their sending makes them late: so long it lasts at most, s. */
const EXPOSURE_S = 20e-6;
/** Longest time until the status is there, ms, without the time for which the hub waited for its core, which the worker has too. */
const STATUS_MS = 100;
const STATUS_INTERVAL_MS = 100;
/** Number of observations of a server after which the estimate improves no further. */
const SETTLED_AFTER = 120;
/** A smaller sigma is raised to this: a busy processor never sleeps, so the path of some 10 µs is some µs shorter. */
const LEAST_SIGMA_NS = 1000;
/** Lines of the server's table, each of which makes new handlers. */
const CHANGES = ['deny = ["192.0.2.0/24"]', 'clients = 100', 'rate-limit = { interval = "1ms", burst = 255 }'];

describe('an NTP server with workers, under full load', function () {
  this.timeout(60_000);
  let bench: Bench;
  before(function () {
    const { missing } = loadNative();
    if (missing !== '') skip(this, missing);
    const obstacle = buildNtpGenerator();
    if (obstacle !== '') skip(this, obstacle);
  });
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  /** Starts a hub. `configure` writes its file anew, with another line in the table of the server. */
  async function serving(threads: number, sources = '[hub]\nfree-run = true\n') {
    const port = await freeUdpPort();
    const tables = (line = ''): string =>
      `${sources}[sink.ntp.s]\nlisten = "127.0.0.1:${port}"\nthreads = ${threads}\n${line}\n`;
    const hub = await Hub.start(bench, tables());
    await hub.until(({ sinks }) => sinks.every(({ state }) => state === 'running'));
    const load: Omit<NtpLoad, 'seconds'> = {
      ...{ address: '127.0.0.1', port, pid: hub.process.pid },
      rate: 0,
      clients: 10_000,
    };
    const configure = (line: string): void =>
      writeFileSync(
        bench.folder.at('hub.toml'),
        `${tables(line)}[sink.observability.test]\nsocket = "${hub.socket}"\n`,
      );
    return { hub, load, configure };
  }

  it('answers no request wrongly or twice, stamps its replies to 20 µs, and leaves the hub its memory and its time', async () => {
    const { hub, load } = await serving(1);
    await loadNtpServer({ ...load, seconds: 1 });
    const before = await hub.memory();
    const { result, slowestMs, waitedMs } = await askedMeanwhile(hub, loadNtpServer({ ...load, seconds: 3 }));
    expect(result).to.include({ wrong: 0, repeated: 0 });
    expect(result.replies).to.be.above(30_000);
    expect(result.stampP50Ns).to.be.below(20_000);
    expect(result.lateShare).to.be.below(0.01 + result.interruptions * EXPOSURE_S);
    expect((await hub.memory()) - before).to.be.below(5e6);
    expect(slowestMs).to.be.below(STATUS_MS + waitedMs);
  });

  it('tracks its own servers as closely as before', async function () {
    const server = await startChronyServer(bench, need(this, 'chrony'));
    const source = `[source.ntp.far]\naddress = "127.0.0.1:${server.port}"\npoll-min = "125ms"\npoll-max = "125ms"\n`;
    const { hub, load } = await serving(1, source);
    await hub.untilSource('ntp.far', ({ observations }) => observations >= SETTLED_AFTER);
    const calm = (await hub.status()).clocks[0]!;
    const { result, modes, sigmasNs } = await askedMeanwhile(hub, loadNtpServer({ ...load, seconds: 5 }));
    expect(result.replies).to.be.above(50_000);
    expect(modes).to.deep.equal(['tracking']);
    // A busy processor never sleeps, which changes the noise of the path itself.
    expect(Math.max(...sigmasNs)).to.be.below(Math.max(1.5 * calm.sigmaNs, LEAST_SIGMA_NS));
    const { state, reach } = (await hub.status()).sources[0]!;
    expect({ state, reach }).to.deep.equal({ state: 'combined', reach: 8 });
  });

  it('loses fewer than one reply in 10,000 when its configuration changes, with three workers', async () => {
    const { hub, load, configure } = await serving(3);
    const loaded = loadNtpServer({ ...load, rate: 20_000, seconds: 4 });
    for (const [i, line] of CHANGES.entries()) {
      configure(line);
      hub.process.signal('SIGHUP');
      await hub.process.printed(new RegExp(`(changed ntp\\.s[^]*){${i + 1}}`));
    }
    const { asked, answered, wrong, repeated } = await loaded;
    expect({ wrong, repeated }).to.deep.equal({ wrong: 0, repeated: 0 });
    expect(asked).to.be.above(40_000);
    expect((asked - answered) / asked).to.be.below(1e-4);
  });
});

/** Asks a hub for its status again and again while it is loaded. */
async function askedMeanwhile(hub: Hub, loaded: Promise<NtpLoadResult>) {
  const waitedMs = waitedForProcessorMs(hub.process.pid);
  const statuses: StatusReport[] = [];
  let slowestMs = 0;
  let over = false;
  const result = loaded.finally(() => {
    over = true;
  });
  while (!over) {
    const asked = performance.now();
    statuses.push(await hub.status());
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    await pause(STATUS_INTERVAL_MS);
  }
  return {
    result: await result,
    modes: [...new Set(statuses.map(({ mode }) => mode))],
    sigmasNs: statuses.map(({ clocks }) => clocks[0]!.sigmaNs),
    slowestMs,
    waitedMs: waitedForProcessorMs(hub.process.pid) - waitedMs,
  };
}
