import { expect } from 'chai';
import { Bench } from './testing/bench.js';

const SERVERS = ['a', 'b', 'c'];
const POLL_S = 16;

/** Pulses each second, and exchanges with three servers. */
function run(bench: Bench, seconds: number): void {
  for (let s = 1; s <= seconds; s++) {
    bench.wait(1);
    bench.pulse('pulse', { numberedOffsetNs: bench.offsetNs }, 700);
    if (s % POLL_S === 0) for (const server of SERVERS) bench.exchange(server, { jitterNs: 200e3 });
  }
}

describe('the drifts of the sources after a frequency step of the clock', () => {
  it('are found by the pulse as well, which is an outlier for a filter that knows the old rate only', () => {
    const bench = new Bench();
    run(bench, 64);
    for (const track of [...SERVERS, 'pulse']) bench.estimator.admit(track, track === 'pulse' ? 300 : 50e3);
    run(bench, 640);
    bench.slopePpb += 4417;
    run(bench, 320);
    const { ppb } = bench.estimator.drifts(['pulse', ...SERVERS]);
    for (let i = 1; i < 4; i++) expect(Math.abs(ppb[i]! - ppb[0]!)).to.be.below(1000);
    bench.estimator.assumeNoDrift(['pulse', ...SERVERS]);
    expect(Math.abs(bench.estimator.clock('system')!.offsetNs - bench.offsetNs)).to.be.below(5e3);
  });
});
