import { expect } from 'chai';
import { Bench } from '../testing/bench.js';
import type { SeededRandom } from '../testing/random.js';

const DELAY_NS = 1e6;

interface Queues {
  readonly outbound: (random: SeededRandom) => number;
  readonly inbound: (random: SeededRandom) => number;
}

const queue = (meanNs: number) => (random: SeededRandom) => meanNs * random.exponential();
const round = (sigmaNs: number) => (random: SeededRandom) => sigmaNs * random.normal();

/** Makes exchanges, one in 16 s. Returns error and sigma of the track's offset, ns. */
function afterExchanges(bench: Bench, count: number, { outbound, inbound }: Queues, longerNs = 0) {
  for (let n = 0; n < count; n++) {
    bench.wait(16);
    bench.leg('path', 'outbound', { delayNs: DELAY_NS + outbound(bench.random), jitterNs: 0 });
    bench.leg('path', 'inbound', { delayNs: DELAY_NS + longerNs + inbound(bench.random), jitterNs: 0 });
  }
  const { offsetNs, sigmaNs } = bench.track('path');
  return { errorNs: offsetNs - bench.offsetNs, sigmaNs };
}

describe('directions whose noise is not alike', () => {
  it('do not bend the phase, and sigma knows how exact it is', () => {
    for (const [outbound, inbound] of [
      [queue(95e3), round(35e3)],
      [round(5e3), queue(20e3)],
      [queue(40e3), queue(2e3)],
    ] as const) {
      const { errorNs, sigmaNs } = afterExchanges(new Bench(), 400, { outbound, inbound });
      expect(Math.abs(errorNs)).to.be.below(3.5 * sigmaNs);
      expect(sigmaNs).to.be.below(5e3);
    }
  });

  it('are told from a route that gets longer in one direction: the phase moves by a fraction of it', () => {
    const bench = new Bench();
    const alike = { outbound: queue(10e3), inbound: queue(10e3) };
    const before = afterExchanges(bench, 300, alike);
    expect(Math.abs(before.errorNs)).to.be.below(2e3);
    const after = afterExchanges(bench, 100, alike, 50e3);
    expect(Math.abs(after.errorNs)).to.be.below(8e3);
  });

  it('stay apart in what is saved: the noise of the path is that of both', () => {
    const bench = new Bench();
    afterExchanges(bench, 400, { outbound: queue(40e3), inbound: queue(2e3) });
    expect(bench.track('path').noiseNs).to.be.within(20e3, 36e3);
  });

  it('are no jump of the source when the frequency steps: a noisy leg shows little of it to the calm one after it', () => {
    for (const stepPpb of [-1500, -1150, 1500]) {
      const bench = new Bench();
      for (let n = 0; n < 160; n++) {
        if (n === 150) bench.slopePpb += stepPpb;
        bench.wait(128);
        bench.leg('path', 'outbound', { delayNs: DELAY_NS, jitterNs: 80e3 });
        bench.leg('path', 'inbound', { delayNs: DELAY_NS, jitterNs: 8e3 });
      }
      expect(bench.track('path').jumps).to.equal(0);
    }
  });
});
