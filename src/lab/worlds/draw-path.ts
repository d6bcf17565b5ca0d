import type { Random } from '../random.js';
import { chance, logUniform, ms, pick, sign, uniform } from './draws.js';
import type { TomlTable } from './toml-writer.js';

/** The two directions of a path to a server. Delays in ms. */
export interface DrawnPath {
  readonly up: TomlTable;
  readonly down: TomlTable;
  /** Fixed delays. */
  readonly upMs: number;
  readonly downMs: number;
}

/** Shortest and longest fixed delay of one direction. */
const NEAR_MS = 0.1;
const FAR_MS = 80;
/** Share of the paths whose two directions have nothing to do with one another. */
const INDEPENDENT = 0.4;
/** Largest ratio of the directions of the others. */
const UNEQUAL = 4 / 3;
/** Jitter as a share of the fixed delay. */
const CALM = 0.003;
const RESTLESS = 0.3;
/**
 * Asymmetries of real paths: half of (up − down) as a share of the round trip is log-normal. From the public monitor log of one
 * NTP server seen from 111 places.
 */
const REAL_MEDIAN = 0.011;
const REAL_SIGMA = 1.19;
const REAL_MOST = 0.3;

/** Draws a path with any asymmetry: four in ten have two independent directions. */
export function drawPath(random: Random): DrawnPath {
  const up = logUniform(random, NEAR_MS, FAR_MS);
  const other = logUniform(random, NEAR_MS, FAR_MS);
  const ratio = logUniform(random, 1 / UNEQUAL, UNEQUAL);
  return pathOf(random, up, chance(random, INDEPENDENT) ? other : up * ratio);
}

/** Draws a path that is as asymmetric as real ones are. */
export function drawRealPath(random: Random): DrawnPath {
  const roundTrip = logUniform(random, 2 * NEAR_MS, 2 * FAR_MS);
  const share = Math.min(REAL_MOST, REAL_MEDIAN * Math.exp(REAL_SIGMA * random.normal())) * sign(random);
  return pathOf(random, roundTrip * (0.5 + share), roundTrip * (0.5 - share));
}

const pathOf = (random: Random, upMs: number, downMs: number): DrawnPath => ({
  up: direction(random, upMs),
  down: direction(random, downMs),
  upMs,
  downMs,
});

const direction = (random: Random, baseMs: number): TomlTable => ({
  base: ms(baseMs),
  jitter: ms(baseMs * logUniform(random, CALM, RESTLESS)),
  shape: pick(random, ['exp', 'exp', 'norm']),
});

/** Draws a long queue that a few datagrams meet. */
export const drawSpike = (random: Random, baseMs: number): TomlTable => ({
  probability: Number(uniform(random, 0.02, 0.15).toFixed(2)),
  mean: ms(baseMs * logUniform(random, 0.3, 5)),
});
