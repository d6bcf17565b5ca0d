import { expect } from 'chai';
import { SeededRandom } from '../testing/random.js';
import { GaussianNoise } from './gaussian-noise.js';
import { LegNoise } from './leg-noise.js';
import { MixtureMoments, type NoiseModel } from './noise.js';

const ALONE = Float64Array.of(1);
const NOT_SWITCHED = Float64Array.of(0);

/** Evaluates one observation for a bank of one member, whose h·x has the sigma `known`. */
function evaluate(noise: NoiseModel, residual: number, known: number, out: MixtureMoments): void {
  noise.prepare(1e-3, 0);
  noise.evaluate({ residual, variance: known ** 2 }, 0, out);
}

/** Makes a noise model learn from `count` residuals while h·x has the sigma `known`. */
function show(noise: NoiseModel, count: number, next: (n: number) => number, known = 0): MixtureMoments {
  const moments = new MixtureMoments();
  for (let n = 0; n < count; n++) {
    evaluate(noise, next(n), known, moments);
    noise.learn(ALONE, NOT_SWITCHED);
  }
  return moments;
}

const legs = (): LegNoise => new LegNoise(200, 1);

/** Makes a noise model learn from legs of alternating directions; the base delay follows the best shape's edge. */
function showLegs(noise: LegNoise, count: number, next: (n: number) => number): void {
  let delay = 0;
  for (let n = 0; n < count; n++) {
    noise.setDirection(n % 2 === 0 ? 'inbound' : 'outbound');
    show(noise, 1, () => next(n) - delay, 5);
    delay += noise.alignEdges();
  }
}

describe('two-sided noise', () => {
  it('finds its scale within two dozen observations, from far above and from far below', () => {
    for (const factor of [1e-3, 1e3]) {
      const random = new SeededRandom(3);
      const noise = new GaussianNoise(1);
      noise.unit = 50;
      show(noise, 25, () => 50 * factor * random.normal());
      expect(noise.sigma / (50 * factor)).to.be.within(0.5, 2);
      show(noise, 2000, () => 50 * factor * random.normal());
      expect(noise.sigma / (50 * factor)).to.be.within(0.8, 1.2);
    }
  });

  it('is a multiple of what each observation states', () => {
    const random = new SeededRandom(4);
    const noise = new GaussianNoise(1);
    show(noise, 2000, (n) => {
      noise.unit = n % 2 === 0 ? 10 : 1000;
      return 3 * noise.unit * random.normal();
    });
    noise.unit = 10;
    expect(noise.sigma).to.be.within(25, 36);
  });

  it('ignores outliers, and follows the other observations like a Kalman filter', () => {
    const random = new SeededRandom(5);
    const noise = new GaussianNoise(1);
    noise.unit = 10;
    show(noise, 300, () => 10 * random.normal());
    const near = show(noise, 1, () => 8, 6);
    const gain = 36 / (36 + noise.sigma ** 2);
    expect(near.shift).to.be.closeTo(8 * gain, 0.3);
    expect(near.variance).to.be.closeTo(36 * (1 - gain), 1);
    const sigma = noise.sigma;
    for (const residual of [500, -1e6, 1e15]) {
      const far = show(noise, 1, () => residual, 6);
      expect(Math.abs(far.shift)).to.be.below(0.1);
      expect(noise.outlierChance).to.be.above(0.99);
      expect(noise.sigma).to.be.closeTo(sigma, 0.02 * sigma);
    }
  });
});

describe('the noise of legs', () => {
  it('has its scale learnt, and a sharp early edge when it is queueing', () => {
    const random = new SeededRandom(6);
    const noise = legs();
    showLegs(noise, 4000, () => 100 * random.exponential());
    expect(noise.sigma).to.be.within(85, 118);
    const moments = new MixtureMoments();
    evaluate(noise, 300, 20, moments);
    expect(Math.abs(moments.shift)).to.be.below(6);
    expect(moments.variance).to.be.within(380, 410);
    evaluate(noise, -20, 20, moments);
    expect(moments.shift).to.be.below(-20);
    expect(moments.variance).to.be.below(200);
  });

  it('has no sharp early edge when it is Gaussian', () => {
    const random = new SeededRandom(7);
    const noise = legs();
    showLegs(noise, 4000, () => 100 * random.normal());
    expect(noise.sigma).to.be.within(88, 115);
    const [late, early] = [new MixtureMoments(), new MixtureMoments()];
    evaluate(noise, noise.mean + 150, 20, late);
    evaluate(noise, noise.mean - 150, 20, early);
    expect(late.shift).to.be.within(4, 8);
    expect(early.shift).to.be.within(-8, -4);
  });

  it('keeps its scale when a part of the legs waits in another queue, and the part is learnt', () => {
    const random = new SeededRandom(8);
    const noise = legs();
    const spike = () => (random.uniform() < 0.1 ? 3000 * random.exponential() : 0);
    showLegs(noise, 6000, () => 100 * random.exponential() + spike());
    expect(noise.sigma).to.be.within(80, 135);
    const moments = new MixtureMoments();
    evaluate(noise, 5000, 20, moments);
    expect(Math.abs(moments.shift)).to.be.below(1);
  });
});

describe('legs of an early minority', () => {
  /** A minority of legs takes the way past an empty queue. */
  const behindSwitch = (random: SeededRandom) => (random.uniform() < 0.05 ? 4550 : 16_130) + 10 * random.normal();

  it('are told from the many: these keep their sharp noise, and an early leg moves nothing', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = new SeededRandom(seed);
      const noise = legs();
      let early = 0;
      let delay = 0;
      for (let n = 0; n < 3000; n++) {
        noise.setDirection(n % 2 === 0 ? 'inbound' : 'outbound');
        show(noise, 1, () => behindSwitch(random) - delay, 5);
        if (noise.isInEarlyMode) early++;
        delay += noise.alignEdges();
      }
      expect(noise.sigma, `seed ${seed}`).to.be.within(8, 30);
      expect(early).to.be.within(110, 190);
      const moments = new MixtureMoments();
      evaluate(noise, -11_580, 5, moments);
      expect(Math.abs(moments.shift)).to.be.below(0.1);
      evaluate(noise, noise.mean - 8, 5, moments);
      expect(moments.shift).to.be.below(-0.3);
    }
  });

  it('are no minority when all come early: the path is shorter', () => {
    const random = new SeededRandom(1);
    const noise = legs();
    showLegs(noise, 1000, () => behindSwitch(random));
    let count = 0;
    noise.setDirection('inbound');
    do {
      show(noise, 1, () => -11_580 + 10 * random.normal(), 5);
      count++;
    } while (noise.isInEarlyMode && count < 100);
    expect(count).to.be.within(3, 9);
    expect(noise.isEarly).to.equal(true);
    noise.forgetEarlyMode();
    expect(noise.isEarly).to.equal(false);
  });
});

describe('stamps that are better than stated', () => {
  it('count as a part of the stated noise, down to a quarter', () => {
    for (const [jitter, least, most] of [
      [100, 95, 108],
      [40, 36, 50],
      [1, 24, 38],
    ] as const) {
      const random = new SeededRandom(2);
      const noise = legs();
      const moments = new MixtureMoments();
      let delay = 0;
      for (let n = 0; n < 6000; n++) {
        noise.setDirection(n % 2 === 0 ? 'inbound' : 'outbound');
        noise.prepare(100, 0);
        noise.evaluate({ residual: 5000 + jitter * random.normal() - delay, variance: 25 }, 0, moments);
        noise.learn(ALONE, NOT_SWITCHED);
        delay += noise.alignEdges();
      }
      noise.prepare(100, 0);
      noise.evaluate({ residual: noise.mean, variance: 1e6 }, 0, moments);
      expect(Math.sqrt(moments.variance), `${jitter} ns`).to.be.within(least, most);
    }
  });
});

describe('noise that outgrows its model', () => {
  for (const factor of [30, 1000]) {
    it(`is noticed within dozens of observations when it is ${factor} times as large`, () => {
      const random = new SeededRandom(9);
      const gaussian = new GaussianNoise(1);
      show(gaussian, 300, () => random.normal());
      show(gaussian, 24, () => factor * random.normal());
      expect(gaussian.sigma / factor).to.be.within(0.5, 2.5);
      const late = legs();
      showLegs(late, 600, () => random.exponential());
      showLegs(late, 60, () => factor * random.exponential());
      expect(late.sigma / factor).to.be.within(0.4, 2.5);
    });
  }
});

describe('a delay that lasts', () => {
  /** Returns noise of 20 ns, and what the outbound leg after one exchange that was late by `lateNs` leaves of an uncertain h·x. */
  const afterLateExchange = (lateNs: { readonly outbound: number; readonly inbound: number }): MixtureMoments => {
    const random = new SeededRandom(11);
    const noise = new LegNoise(200, 1);
    showLegs(noise, 2000, () => 20 * random.normal());
    noise.setDirection('outbound');
    show(noise, 1, () => lateNs.outbound, 5);
    noise.setDirection('inbound');
    show(noise, 1, () => lateNs.inbound, 5);
    noise.setDirection('outbound');
    return show(noise, 1, () => 6000, 3000);
  };

  it('explains legs that are as late as the last exchange was in both directions, so that no clock must', () => {
    const moments = afterLateExchange({ outbound: 6000, inbound: 6000 });
    expect(moments.shift).to.be.below(1000);
    expect(Math.sqrt(moments.variance)).to.be.above(2500);
  });

  it('explains nothing where one direction kept its time', () => {
    const moments = afterLateExchange({ outbound: 6000, inbound: 0 });
    expect(moments.shift).to.be.above(5000);
  });
});
