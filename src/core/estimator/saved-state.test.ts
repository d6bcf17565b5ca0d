import { expect } from 'chai';
import type { Leg } from '../../api/index.js';
import { createEstimator } from './estimator.js';
import { SeededRandom } from './testing/random.js';
import type { Estimator } from './types.js';

const S = 1e9;
const DELAY_NS = 20e6;
const JITTER_NS = 1e6;

/** An estimator with one clock that gets slow by `slopePpb`, and one server. */
class Bench {
  readonly estimator: Estimator = createEstimator();
  readonly random: SeededRandom;
  slopePpb: number;
  delayNs: number;
  thetaNs = 3e6;
  second = 0;

  constructor({ seed = 1, slopePpb = 5000, delayNs = DELAY_NS }) {
    this.random = new SeededRandom(seed);
    this.slopePpb = slopePpb;
    this.delayNs = delayNs;
    this.estimator.addClock('system', 0n);
  }

  ask(times: number, everyS: number): this {
    for (let n = 0; n < times; n++) {
      this.second += everyS;
      this.thetaNs += this.slopePpb * everyS;
      const leg = (direction: Leg['direction'], sign: number): Leg => ({
        kind: 'leg',
        clock: 'system',
        stamp: 'kernel',
        noiseFloorNs: 1000,
        monotonic: BigInt(this.second) * BigInt(S),
        direction,
        transitNs: sign * this.thetaNs + this.delayNs + JITTER_NS * this.random.exponential(),
      });
      this.estimator.observe('ntp.a', leg('outbound', 1));
      this.estimator.observe('ntp.a', leg('inbound', -1));
    }
    this.estimator.admit('ntp.a', 1e3);
    return this;
  }

  get errorNs(): number {
    return Math.abs(this.estimator.clock('system')!.offsetNs - this.thetaNs);
  }
}

describe('an estimator whose machine slept', () => {
  it('keeps rate and path but no phase, and the rate’s sigma grows', () => {
    const { estimator } = new Bench({}).ask(200, 64);
    const before = { oscillator: estimator.saveOscillator('system')!, path: estimator.savePath('ntp.a')! };
    estimator.slept(3600 * S, 300);
    expect(estimator.tracks()).to.deep.equal([]);
    expect(estimator.clock('system')).to.equal(undefined);
    const { slopePpb, slopeSigmaPpb } = estimator.saveOscillator('system')!;
    expect(slopePpb).to.be.closeTo(before.oscillator.slopePpb, 1e-6);
    expect(slopeSigmaPpb).to.be.within(Math.hypot(300, before.oscillator.slopeSigmaPpb), 1000);
  });

  it('uses the saved path at the first answer', () => {
    const bench = new Bench({}).ask(200, 64);
    bench.estimator.slept(3600 * S, 0);
    bench.thetaNs += 300e6;
    bench.ask(1, 64);
    expect(bench.errorNs).to.be.below(3 * JITTER_NS);
    expect(bench.estimator.track('ntp.a')!.delayNs).to.be.closeTo(DELAY_NS, 0.3 * JITTER_NS);
  });
});

/** Returns what an estimator saves after a day of polls. */
const learnt = () => {
  const { estimator } = new Bench({}).ask(1000, 64);
  return { oscillator: estimator.saveOscillator('system')!, path: estimator.savePath('ntp.a')! };
};

type Saved = ReturnType<typeof learnt>;

/** Returns the median error over the seeds, ns, after eight requests within 16 s and four more. */
function errorNs(
  options: { slopePpb?: number; delayNs?: number },
  restore: (seed: number) => Saved | undefined,
): number {
  const errors = Array.from({ length: 21 }, (_, n) => {
    const bench = new Bench({ seed: n + 2, ...options });
    const saved = restore(n);
    if (saved !== undefined) {
      bench.estimator.restoreOscillator('system', { ...saved.oscillator, slopeSigmaPpb: 50 });
      bench.estimator.restorePath('ntp.a', saved.path);
    }
    return bench.ask(8, 2).ask(4, 64).errorNs;
  });
  expect(errors.filter((error) => !Number.isFinite(error))).to.deep.equal([]);
  return errors.sort((a, b) => a - b)[10]!;
}

const nothing = (): undefined => undefined;

/** Returns numbers of any size, as a damaged file may have them. */
function nonsense(seed: number): Saved {
  const random = new SeededRandom(1000 + seed);
  const size = (least: number, most: number) => least * (most / least) ** random.uniform();
  return {
    oscillator: {
      slopePpb: (random.uniform() - 0.5) * size(1, 1e6),
      slopeSigmaPpb: 0,
      wanders: [1e-22, 1e-18, 1e-14, 3].map((wander) => ({ wander, weight: Math.round(random.uniform()) })),
    },
    path: {
      delayNs: size(1, 1e11),
      delaySigmaNs: size(1e-3, 1e11),
      noiseNs: size(1e-3, 1e11),
      shapes: [0.01, 0.1, 7].map((rho) => ({ rho, logWeight: -size(0.1, 100) })),
    },
  };
}

describe('the saved state of an estimator', () => {
  let kept: Saved;
  before(() => {
    kept = learnt();
  });

  it('is undefined while little is known', () => {
    const { estimator } = new Bench({}).ask(4, 2);
    expect(estimator.saveOscillator('system')).to.equal(undefined);
    expect(estimator.savePath('ntp.a')).to.equal(undefined);
    expect(estimator.savePath('ntp.b')).to.equal(undefined);
  });

  it('holds the frequency, the delay and the noise, and goes through JSON', () => {
    const { oscillator, path } = JSON.parse(JSON.stringify(kept)) as Saved;
    expect(oscillator.slopePpb).to.be.closeTo(5000, 5);
    expect(oscillator.slopeSigmaPpb).to.be.within(0.1, 100);
    expect(path.delayNs).to.be.closeTo(DELAY_NS, 0.05 * JITTER_NS);
    expect(path.noiseNs).to.be.closeTo(JITTER_NS, 0.3 * JITTER_NS);
  });

  it('makes the start twice as exact', () => {
    expect(errorNs({}, () => kept)).to.be.below(0.5 * errorNs({}, nothing));
  });

  for (const [what, options] of Object.entries({
    'the oscillator runs 5 ppm elsewhere': { slopePpb: 10_000 },
    'the oscillator runs 80 ppm elsewhere': { slopePpb: -75_000 },
    'the path is longer': { delayNs: 3 * DELAY_NS },
    'the path is a little longer': { delayNs: DELAY_NS + 3 * JITTER_NS },
    'the path is a little shorter': { delayNs: DELAY_NS - 3 * JITTER_NS },
  })) {
    it(`does no harm where ${what}`, () => {
      expect(errorNs(options, () => kept)).to.be.below(1.3 * errorNs(options, nothing));
    });
  }

  it('does no harm with arbitrary contents', () => {
    expect(errorNs({}, nonsense)).to.be.below(1.3 * errorNs({}, nothing));
  });
});
