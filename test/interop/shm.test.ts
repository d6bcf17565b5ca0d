import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import koffi from 'koffi';
import { Bench } from '../bench.js';
import { askChronyBy } from '../chrony.js';
import { realtime } from '../clock.js';
import { Hub } from '../hub.js';
import { need, skip } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';

/** Units that programs of this machine hardly use. */
const [SINK_UNIT, SOURCE_UNIT] = [5, 6];
const keyOf = (unit: number): number => 0x4e545030 + unit;

/** A writer as gpsd has it, by calls of the C library and places of struct shmTime; mode 1. */
class ShmWriter {
  readonly #words: Int32Array;
  readonly #seconds: BigInt64Array;

  constructor(unit: number) {
    const libc = koffi.load(null);
    const shmget: (key: number, octets: number, flags: number) => number = libc.func(
      'int shmget(int, unsigned long, int)',
    );
    const shmat: (id: number, at: null, flags: number) => unknown = libc.func('void *shmat(int, void*, int)');
    const memory = koffi.view(shmat(shmget(keyOf(unit), 96, 0), null, 0), 96);
    this.#words = new Int32Array(memory);
    this.#seconds = new BigInt64Array(memory);
  }

  write(offsetNs: bigint): void {
    const receive = realtime();
    const clock = receive + offsetNs;
    this.#words[12] = 0;
    this.#words[0] = 1;
    this.#words[1]! += 1;
    for (const [time, second, us, ns] of [
      [clock, 1, 4, 13],
      [receive, 3, 8, 14],
    ] as const) {
      const fraction = Number(time % 1_000_000_000n);
      this.#seconds[second] = time / 1_000_000_000n;
      this.#words[us] = Math.floor(fraction / 1000);
      this.#words[ns] = fraction;
    }
    this.#words[9] = 0;
    this.#words[1]! += 1;
    this.#words[12] = 1;
  }
}

describe('SHM reference clocks', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(function () {
    if (spawnSync('ipcrm', ['--version']).status !== 0) return skip(this, 'ipcrm is not installed');
    bench = new Bench();
    for (const unit of [SINK_UNIT, SOURCE_UNIT])
      bench.later(() => void spawnSync('ipcrm', ['-M', String(keyOf(unit))]));
    return undefined;
  });
  afterEach(() => bench?.clear());

  it('a chronyd with "refclock SHM" gets the hub’s time, within 0.1 ms of what status says', async function () {
    const chrony = need(this, 'chrony');
    const upstream = await startNtpStub(bench, 30_000_000n);
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.shm.chrony]\nunit = ${SINK_UNIT}\ninterval = "500ms"\n`,
    );
    // The hub must settle first: its estimate changes by itself while it is still learning.
    await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    const heardNs = await askChronyBy(bench, chrony, `refclock SHM ${SINK_UNIT}:perm=0666 poll 0 refid HUB`);
    const { clocks } = await hub.status();
    expect(clocks[0]!.offsetNs).to.be.closeTo(30e6, 1e6);
    expect(heardNs).to.be.closeTo(clocks[0]!.offsetNs, 0.1e6);
  });

  it('the samples of a program for ntpd are a source of the hub', async () => {
    const hub = await Hub.start(
      bench,
      `[source.shm.rx]\nunit = ${SOURCE_UNIT}\ninterval = "100ms"\nmax-latency = "10us"\n`,
    );
    const writer = new ShmWriter(SOURCE_UNIT);
    const timer = setInterval(() => writer.write(25_000_000n), 100);
    bench.later(() => clearInterval(timer));
    const source = await hub.untilSource('shm.rx', ({ observations }) => observations >= 20);
    expect(source.offsetNs).to.be.closeTo(25e6, 1000);
    const { clocks } = await hub.until(({ mode }) => mode === 'tracking');
    expect(clocks[0]!.offsetNs).to.be.closeTo(25e6, 1000);
  });
});
