import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { Leg, Ns } from '../../api/index.js';
import { createEstimator } from '../estimator/index.js';
import { SeededRandom } from '../estimator/testing/random.js';
import { EMBEDDED_LEAP_TABLE } from '../leap/leap-seconds.js';
import { CORE_OPTIONS } from '../testing/closed-loop.js';
import { createEngine } from './engine.js';

const SOURCES = 8;
const EVERY_NS = 8_000_000_000n;
/** Allowance for compilers and caches after the first third, octets. A leak of one object a step is far above. */
const SETTLING_OCTETS = 128e3;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const heapUsed = (): number => {
  for (let n = 0; n < 3; n++) collectGarbage();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
};

/** Returns the growth of the heap over the last two thirds of the steps, octets. */
function leftBehind(steps: number, step: (n: number) => void): number {
  const warm = steps / 3;
  for (let n = 0; n < warm; n++) step(n);
  const before = heapUsed();
  for (let n = warm; n < steps; n++) step(n);
  return heapUsed() - before;
}

/** The two legs of an exchange; some of 500 exchanges are 1 s off. */
class Exchanges {
  readonly #random = new SeededRandom(3);

  at(n: number): readonly [Leg, Leg] {
    return [this.#leg(n, 'outbound'), this.#leg(n, 'inbound')];
  }

  #leg(n: number, direction: Leg['direction']): Leg {
    const strayNs: Ns = n % 500 < 8 ? 1e9 : 0;
    return {
      kind: 'leg',
      clock: 'system',
      monotonic: BigInt(n + 1) * EVERY_NS,
      stamp: 'kernel',
      noiseFloorNs: 1000,
      direction,
      transitNs: 20e6 + 1e6 * this.#random.exponential() + (direction === 'outbound' ? strayNs : -strayNs),
    };
  }
}

describe('the heap', () => {
  it('does not grow with 120 000 observations of 8 sources, their restarts and the controls of the clock', function () {
    this.timeout(90_000);
    const estimator = createEstimator();
    const exchanges = new Exchanges();
    estimator.addClock('system', 0n);
    const left = leftBehind(60_000, (n) => {
      const key = `s${n % SOURCES}`;
      const legs = exchanges.at(n);
      for (const leg of legs) estimator.observe(key, leg);
      estimator.admit(key, 500e3);
      estimator.controlFrequency('system', n % 2 === 0 ? 1 : -1, legs[1].monotonic);
      if (n % 1000 === 999) estimator.removeTrack(key);
    });
    expect(left).to.be.below(SETTLING_OCTETS);
  });

  it('does not grow with the inputs of the core: observations, ticks, sources that go and come', function () {
    this.timeout(90_000);
    const engine = createEngine(CORE_OPTIONS, createEstimator(), EMBEDDED_LEAP_TABLE);
    const exchanges = new Exchanges();
    engine.accept({ type: 'clock', clock: 'system', frequencyPpb: 0, maxPpb: 5e5, monotonic: 0n });
    const left = leftBehind(15_000, (n) => {
      const id = `ntp.${n % SOURCES}`;
      const observations = exchanges.at(n);
      const { monotonic } = observations[1];
      const claims = { synchronised: true, stratum: 1, rootDispersionNs: n };
      engine.accept({ type: 'report', id, claims, observations, monotonic });
      engine.accept({ type: 'tick', monotonic: monotonic + EVERY_NS / 2n });
      if (n % 1000 === 999) engine.accept({ type: 'source-gone', id, monotonic: monotonic + EVERY_NS / 2n });
      engine.state([]);
    });
    expect(left).to.be.below(SETTLING_OCTETS);
  });
});
