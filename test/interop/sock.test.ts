import { expect } from 'chai';
import { loadNative } from '../../src/host/native.js';
import { Bench } from '../bench.js';
import { askChronyBy } from '../chrony.js';
import { realtime } from '../clock.js';
import { Hub } from '../hub.js';
import { need, skip } from '../need.js';
import { startNtpStub } from '../ntp-stub.js';

/** Returns a sample as programs for chronyd write it on machines of 64 bits: { tv, offset, pulse, leap, _pad, magic }. */
function sample(offsetS: number): Uint8Array {
  const now = realtime();
  const octets = Buffer.alloc(40);
  octets.writeBigInt64LE(now / 1_000_000_000n, 0);
  octets.writeBigInt64LE((now % 1_000_000_000n) / 1000n, 8);
  octets.writeDoubleLE(offsetS, 16);
  octets.write('KCOS', 36, 'latin1');
  return octets;
}

describe('SOCK reference clocks', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  it('a chronyd with "refclock SOCK" gets the hub’s time, within 0.1 ms of what status says', async function () {
    const chrony = need(this, 'chrony');
    const upstream = await startNtpStub(bench, 30_000_000n);
    const path = bench.folder.at('chrony.sock');
    const hub = await Hub.start(
      bench,
      `[source.ntp.stub]\naddress = "127.0.0.1:${upstream}"\npoll-min = "250ms"\npoll-max = "250ms"\n[sink.sock.chrony]\npath = "${path}"\ninterval = "100ms"\n`,
    );
    // The hub must settle first: its estimate changes by itself while it is still learning.
    await hub.until(({ mode, sources }) => mode === 'tracking' && sources[0]!.observations >= 24);
    const waiting = (await hub.status()).sinks.find(({ id }) => id === 'sock.chrony');
    expect(waiting).to.deep.include({ state: 'degraded' });
    const heardNs = await askChronyBy(bench, chrony, `refclock SOCK ${path} poll 0 refid HUB`);
    const { clocks } = await hub.status();
    expect(clocks[0]!.offsetNs).to.be.closeTo(30e6, 1e6);
    expect(heardNs).to.be.closeTo(clocks[0]!.offsetNs, 0.1e6);
  });

  it('the samples of a program for chronyd are a source of the hub', async function () {
    const { native } = loadNative();
    if (native === undefined) return skip(this, 'the native addon is not built');
    const path = bench.folder.at('rx.sock');
    const hub = await Hub.start(bench, `[source.sock.rx]\npath = "${path}"\nmax-latency = "10us"\ntimeout = "2s"\n`);
    const timer = setInterval(() => native.sendUnix(path, sample(0.025)), 100);
    bench.later(() => clearInterval(timer));
    const source = await hub.untilSource('sock.rx', ({ observations }) => observations >= 20);
    expect(source.offsetNs).to.be.closeTo(25e6, 1000);
    const { clocks } = await hub.until(({ mode }) => mode === 'tracking');
    expect(clocks[0]!.offsetNs).to.be.closeTo(25e6, 1000);
    clearInterval(timer);
    native.sendUnix(path, Buffer.alloc(24));
    await hub.untilSource('sock.rx', ({ lifecycle, state }) => lifecycle === 'degraded' && state === 'unreachable');
    expect((await hub.cli('show', 'sock.rx')).output).to.include('it has 24 octets, not 40');
  });
});
