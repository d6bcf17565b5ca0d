import { expect } from 'chai';
import type { Ns } from '../../../api/index.js';
import { createEstimator } from '../index.js';
import { SeededRandom } from '../testing/random.js';

const STARTS = 60;
const POLL_S = 16;
const DELAY_NS = 25e6;
const NOISE_NS = 150e3;

/** Returns the RMS error, ns, from exchange 16 to 32 of many starts of a clock that runs 10 ppm off. */
function rmsError(noise: (random: SeededRandom) => number): Ns {
  let square = 0;
  for (let seed = 1; seed <= STARTS; seed++) {
    const random = new SeededRandom(seed);
    const estimator = createEstimator();
    estimator.addClock('system', 0n);
    for (let n = 1; n <= 32; n++) {
      const offsetNs = 3e6 + 10_000 * POLL_S * n;
      const monotonic = BigInt(POLL_S * n) * 1_000_000_000n;
      const common = { clock: 'system', kind: 'leg', monotonic, stamp: 'kernel', noiseFloorNs: 1000 } as const;
      const late = (): Ns => DELAY_NS + NOISE_NS * noise(random);
      estimator.observe('a', { ...common, direction: 'outbound', transitNs: late() + offsetNs });
      estimator.observe('a', { ...common, direction: 'inbound', transitNs: late() - offsetNs });
      estimator.admit('a', 500e3);
      if (n > 16) square += (estimator.clock('system')!.offsetNs - offsetNs) ** 2;
    }
  }
  return Math.sqrt(square / STARTS / 16);
}

describe('the first exchanges of a path whose noise is unknown', () => {
  it('are not taken for a sharp edge where the noise is round', () => {
    // 65 µs if all shapes had one edge.
    expect(rmsError((random) => random.normal())).to.be.below(63e3);
  });

  it('show the time far better where the edge is sharp', () => {
    expect(rmsError((random) => random.exponential())).to.be.below(28e3);
  });
});
