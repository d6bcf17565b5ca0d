import { closeSync, openSync } from 'node:fs';
import { expect } from 'chai';
import koffi from 'koffi';
import { intervalAt, readBound } from '../../plugins/clockbound/testing/reader.js';
import { Bench } from '../bench.js';
import { realtime } from '../clock.js';
import { Hub } from '../hub.js';
import { startNtpStub } from '../ntp-stub.js';
import { until } from '../poll.js';

/** Maps a segment as clients do, and returns its memory. */
function map(path: string): Buffer {
  const [PROT_READ, MAP_SHARED] = [1, 1];
  const mmap: (...args: readonly unknown[]) => unknown = koffi
    .load(null)
    .func('void *mmap(void*, unsigned long, int, int, int, long)');
  const file = openSync(path, 'r');
  const memory = koffi.view(mmap(null, 80, PROT_READ, MAP_SHARED, file, 0), 80);
  closeSync(file);
  return Buffer.from(memory);
}

describe('a client of ClockBound', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('gets an interval from the hub that contains true time, although the clock is 30 ms slow', async () => {
    const upstream = await startNtpStub(bench, 30_000_000n);
    const path = bench.folder.at('clockbound/shm0');
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.clockbound.a]\npath = "${path}"\n`,
    );
    await hub.until(({ mode }) => mode === 'tracking');
    const segment = map(path);
    const bound = await until(
      async () => readBound(segment),
      ({ status, generation }) => status === 2n && generation % 2n === 0n,
      20_000,
    );
    // The order of the readings is a client's.
    const now = realtime();
    const { earliest, latest, status } = intervalAt(bound, now, process.hrtime.bigint());
    expect(status).to.equal('free running');
    expect(now + 30_000_000n > earliest && now + 30_000_000n < latest).to.equal(true);
    // Twice the offset and a bound that is below tracking-error (100 ms) with its hysteresis.
    expect(Number(latest - earliest)).to.be.within(60e6, 400e6);
    // The mapping shows what the hub writes later.
    await until(
      async () => readBound(segment).generation,
      (generation) => generation >= bound.generation + 4n,
      5000,
    );
    const { sinks } = await hub.status();
    expect(sinks.find(({ id }) => id === 'clockbound.a')).to.include({ state: 'running' });
  });
});
