import { logWild } from './noise.js';
import { logDensity } from './normal-tail.js';

/** Observations after which the scale is near enough for EM to go on. */
const LONG_ENOUGH = 24;
/** Hypotheses: 10^(n/3), from a picosecond to a second in ns. */
const SCALES = Float64Array.from({ length: 37 }, (_, n) => 10 ** (n / 3 - 3));
/** How far a first guess is to be trusted: standard deviation in decades. */
const GUESS_DECADES = 1.5;

/**
 * Finds the order of magnitude of a noise within a dozen observations, where EM takes hundreds: the posterior over a grid
 * of scales.
 */
export class ScaleSearch {
  private count = 0;
  private readonly logWeights: Float64Array;

  constructor(guess: number) {
    this.logWeights = SCALES.map((scale) => -0.5 * (Math.log10(scale / guess) / GUESS_DECADES) ** 2);
  }

  get isOver(): boolean {
    return this.count >= LONG_ENOUGH;
  }

  /** One residual, of which `variance` is not noise. */
  see(residual: number, variance: number): void {
    this.count++;
    for (let k = 0; k < SCALES.length; k++) {
      const s = Math.sqrt(variance + SCALES[k]! ** 2);
      const core = Math.exp(logDensity(residual / s)) / s;
      this.logWeights[k] = this.logWeights[k]! + Math.log(core + Math.exp(logWild(residual, s)));
    }
  }

  /** Geometric mean. */
  get sigma(): number {
    const top = Math.max(...this.logWeights);
    let logSigma = 0;
    let sum = 0;
    for (let k = 0; k < SCALES.length; k++) {
      const weight = Math.exp(this.logWeights[k]! - top);
      logSigma += weight * Math.log(SCALES[k]!);
      sum += weight;
    }
    return Math.exp(logSigma / sum);
  }
}
