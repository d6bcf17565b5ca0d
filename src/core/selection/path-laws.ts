import type { Ns } from '../../api/index.js';

/** The opinion of one source on the time, and what is known of the path that it came by. */
export interface Path {
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
 * Prior probability of each law, and its width: in narrow sigmas, and as a part of the root distance. Together they have the
 * quantiles of real paths: a quarter has an asymmetry beyond two narrow sigmas, a tenth beyond three, one in a hundred beyond ten.
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

export const tightNs = ({ narrowNs }: Pick<Path, 'narrowNs'>): Ns => TIGHT.width * narrowNs;
export const looseNs = ({ narrowNs }: Pick<Path, 'narrowNs'>): Ns => LOOSE.width * narrowNs;

/** Returns the rise of the odds of the wide law above those of any path: 0 for a usual one, 1 for an unusual one. */
export const doubtOf = ({ wide }: PathLaw): number =>
  Math.max(0, 1 - (WIDE.chance * (1 - wide)) / ((1 - WIDE.chance) * wide));

/**
 * Returns the law that each path follows, by all opinions at once: the time t has the density Π p(yᵢ − t), where p is the mixture
 * of a path's laws, and the chance of each law is its mean over t. Of two paths that contradict each other neither is taken for
 * the bad one before a third tells them apart. The mean is over points around the centres, each weighed by the density of the
 * Cauchy distributions that they were taken from (importance sampling).
 */
export function lawsOf(paths: readonly Path[]): PathLaw[] {
  const n = paths.length;
  const densities = new Float64Array(3 * n);
  const sums = new Float64Array(3 * n);
  const usual = (path: Path): Ns => Math.sqrt(path.narrowNs ** 2 + path.randomNs ** 2);
  const centres = [...paths].sort((a, b) => usual(a) - usual(b)).slice(0, CENTRES);
  let all = 0;
  let top = Number.NEGATIVE_INFINITY;
  for (const centre of centres) {
    for (const point of POINTS) {
      const t = centre.centreNs + point * usual(centre);
      let taken = 0;
      for (const other of centres) taken += 1 / (usual(other) * (1 + ((t - other.centreNs) / usual(other)) ** 2));
      let log = -Math.log(taken);
      paths.forEach((path, i) => {
        log += Math.log(addDensities(path, t, densities, 3 * i)) * path.vote;
      });
      if (log > top) {
        const factor = Math.exp(top - log);
        for (let i = 0; i < sums.length; i++) sums[i]! *= factor;
        all *= factor;
        top = log;
      }
      const weight = Math.exp(log - top);
      all += weight;
      for (let i = 0; i < sums.length; i++) sums[i]! += weight * densities[i]!;
    }
  }
  return paths.map((_, i) => ({
    tight: sums[3 * i]! / all,
    loose: sums[3 * i + 1]! / all,
    wide: sums[3 * i + 2]! / all,
  }));
}

/** Sets the three elements from `at` on to the chances of the laws if the time is `t`. Returns the density of the opinion. */
function addDensities(path: Path, t: Ns, out: Float64Array, at: number): number {
  const residual = Math.abs(path.centreNs - t);
  const tight = TIGHT.chance * gaussian(residual, tightNs(path), path.randomNs);
  const loose = LOOSE.chance * gaussian(residual, looseNs(path), path.randomNs);
  const wide = WIDE.chance * cutCauchy(residual, path) + LEAST_DENSITY;
  const sum = tight + loose + wide;
  out[at] = tight / sum;
  out[at + 1] = loose / sum;
  out[at + 2] = wide / sum;
  return sum;
}

function gaussian(residual: Ns, biasNs: Ns, randomNs: Ns): number {
  const variance = biasNs * biasNs + randomNs * randomNs;
  return Math.exp((-residual * residual) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
}

/** A bias within the root distance: small ones are likelier, and no large one pulls the time. */
function cutCauchy(residual: Ns, { reachNs, narrowNs, randomNs }: Path): number {
  const squareWidth = (WIDE.width * reachNs) ** 2 + narrowNs ** 2 + randomNs ** 2;
  const beyond = Math.max(0, residual - reachNs);
  const edge = beyond === 0 ? 1 : Math.exp((-beyond * beyond) / (2 * ((EDGE * reachNs) ** 2 + randomNs ** 2)));
  return edge / (Math.PI * Math.sqrt(squareWidth) * (1 + (residual * residual) / squareWidth));
}
