import type { Ns } from '../../api/index.js';

/** The opinion of one source on the time, and what is known of the path that it came by. */
export interface ComparedPath {
  readonly centreNs: Ns;
  /** Standard deviation of its random error. */
  readonly randomNs: Ns;
  /** Standard deviation of the bias of ordinary paths like this one. */
  readonly narrowNs: Ns;
  /** Greatest bias: its root distance. */
  readonly reachNs: Ns;
  /** Its part of a vote: the paths of one group have one together beside those of others. */
  readonly vote: number;
}

/** Which law the bias of a path follows: probabilities, whose sum is 1. */
export interface PathLaw {
  readonly tight: number;
  readonly loose: number;
  readonly wide: number;
}

/**
 * Prior probability of each law, and its width: in narrow sigmas, and as a part of the root distance. Together they have the shape
 * of the asymmetries of real paths: a sixth is beyond two narrow sigmas, one in nine beyond three, three in a hundred beyond ten.
 */
const TIGHT = { chance: 0.6, width: 0.7 };
const LOOSE = { chance: 0.3, width: 2 };
const WIDE = { chance: 0.1, width: 1 / 8 };
/** Width of the edge of the wide law, as a part of the root distance. */
const EDGE = 0.1;
/** The time is looked for around this many paths, those with the least usual errors. */
const CENTRES = 8;
/** Points around each: the middles of the thirds of a Cauchy distribution, in usual errors. */
const POINTS = [-Math.sqrt(3), 0, Math.sqrt(3)] as const;
const LEAST_DENSITY = 1e-300;

/** Returns the standard deviation of a bias that follows the tight law. */
export const tightNs = ({ narrowNs }: Pick<ComparedPath, 'narrowNs'>): Ns => TIGHT.width * narrowNs;
/** Returns the standard deviation of a bias that follows the loose law. */
export const looseNs = ({ narrowNs }: Pick<ComparedPath, 'narrowNs'>): Ns => LOOSE.width * narrowNs;

/** Returns the rise of the odds of the wide law above those of any path: 0 for a usual one, 1 for an unusual one. */
export const doubtOf = ({ wide }: PathLaw): number =>
  Math.max(0, 1 - (WIDE.chance * (1 - wide)) / ((1 - WIDE.chance) * wide));

/**
 * Returns the law that each path follows, by all opinions at once: the time t has the density Π p(yᵢ − t), where p is the mixture
 * of a path's laws, and the chance of each law is its mean over t. Of two paths that contradict each other neither is taken for
 * the bad one before a third tells them apart. The mean is over points around the centres. Those of each centre are from a Cauchy
 * distribution q, and several of these overlap, so each point has the weight p · q / Σ q² with the q of its own centre (importance
 * sampling with the power heuristic of Veach and Guibas, 1995). With p / Σ q the points of far paths would add their own weight to
 * the near ones that they lie on by chance.
 */
export function lawsOf(paths: readonly ComparedPath[]): PathLaw[] {
  const mixtures = paths.map(mixtureOf);
  const centres = [...mixtures].sort((a, b) => a.usualNs - b.usualNs).slice(0, CENTRES);
  let all = 0;
  let top = Number.NEGATIVE_INFINITY;
  for (const { centreNs, usualNs } of centres) {
    for (const point of POINTS) {
      const t = centreNs + point * usualNs;
      const own = 1 / (usualNs * (1 + point * point));
      const log = logDensity(mixtures, t) + Math.log(own / squaredDensities(centres, t));
      if (log > top) {
        const factor = Math.exp(top - log);
        for (const mixture of mixtures) rescale(mixture.mean, factor);
        all *= factor;
        top = log;
      }
      const weight = Math.exp(log - top);
      for (const { mean, now } of mixtures) add(mean, now, weight);
      all += weight;
    }
  }
  return mixtures.map(({ mean: { tight, loose, wide } }) => ({
    tight: tight / all,
    loose: loose / all,
    wide: wide / all,
  }));
}

/** The law of one path as a sum of densities of the residual r: height · exp(−r² · decay), and the cut Cauchy. */
interface Mixture {
  readonly centreNs: Ns;
  readonly usualNs: Ns;
  readonly vote: number;
  readonly tight: Gaussian;
  readonly loose: Gaussian;
  readonly wide: {
    readonly height: number;
    readonly squareNs: number;
    readonly reachNs: Ns;
    readonly edgeDecay: number;
  };
  /** Chances of the laws at one time, and the sum of those at all times so far, each with the weight of its time. */
  readonly now: Chances;
  readonly mean: Chances;
}

interface Gaussian {
  readonly height: number;
  readonly decay: number;
}

type Chances = { -readonly [law in keyof PathLaw]: number };

function mixtureOf(path: ComparedPath): Mixture {
  const { centreNs, narrowNs, randomNs, reachNs, vote } = path;
  const square = randomNs * randomNs;
  const squareNs = (WIDE.width * reachNs) ** 2 + narrowNs * narrowNs + square;
  return {
    centreNs,
    usualNs: Math.sqrt(narrowNs * narrowNs + square),
    vote,
    tight: gaussian(TIGHT.chance, tightNs(path) ** 2 + square),
    loose: gaussian(LOOSE.chance, looseNs(path) ** 2 + square),
    wide: {
      height: WIDE.chance / (Math.PI * Math.sqrt(squareNs)),
      squareNs,
      reachNs,
      edgeDecay: 0.5 / ((EDGE * reachNs) ** 2 + square),
    },
    now: { tight: 0, loose: 0, wide: 0 },
    mean: { tight: 0, loose: 0, wide: 0 },
  };
}

const gaussian = (chance: number, variance: number): Gaussian => ({
  height: chance / Math.sqrt(2 * Math.PI * variance),
  decay: 0.5 / variance,
});

/** Returns the logarithm of the density of all opinions if the time is `t`, and sets the chances of the laws there. */
function logDensity(mixtures: readonly Mixture[], t: Ns): number {
  let log = 0;
  for (const { centreNs, vote, tight, loose, wide, now } of mixtures) {
    const residual = Math.abs(centreNs - t);
    const square = residual * residual;
    now.tight = tight.height * Math.exp(-square * tight.decay);
    now.loose = loose.height * Math.exp(-square * loose.decay);
    now.wide = wide.height / (1 + square / wide.squareNs) + LEAST_DENSITY;
    const beyond = residual - wide.reachNs;
    // Small biases are likelier, none is beyond the root distance, and no large one pulls the time.
    if (beyond > 0) now.wide = now.wide * Math.exp(-beyond * beyond * wide.edgeDecay) + LEAST_DENSITY;
    const sum = now.tight + now.loose + now.wide;
    log += Math.log(sum) * vote;
    rescale(now, 1 / sum);
  }
  return log;
}

/** Returns the sum of the squared densities of the points of each centre, but for a factor. */
function squaredDensities(centres: readonly Mixture[], t: Ns): number {
  let sum = 0;
  for (const { centreNs, usualNs } of centres) {
    const z = (t - centreNs) / usualNs;
    sum += 1 / (usualNs * (1 + z * z)) ** 2;
  }
  return sum;
}

function add(sum: Chances, { tight, loose, wide }: PathLaw, weight: number): void {
  sum.tight += weight * tight;
  sum.loose += weight * loose;
  sum.wide += weight * wide;
}

function rescale(chances: Chances, factor: number): void {
  chances.tight *= factor;
  chances.loose *= factor;
  chances.wide *= factor;
}
