import type { Random } from '../random.js';

/** Draws of the generator of worlds. Each uses one number of the stream unless it says otherwise. */

export const uniform = (random: Random, from: number, to: number): number => from + (to - from) * random.uniform();

export const logUniform = (random: Random, from: number, to: number): number => from * (to / from) ** random.uniform();

/** Returns a whole number from `from` to `to`, both included. */
export const whole = (random: Random, from: number, to: number): number =>
  from + Math.floor((to - from + 1) * random.uniform());

export const pick = <T>(random: Random, values: readonly T[]): T => values[whole(random, 0, values.length - 1)]!;

export const sign = (random: Random): number => (random.uniform() < 0.5 ? -1 : 1);

export const chance = (random: Random, probability: number): boolean => random.uniform() < probability;

/** Returns `count` different numbers of 0 … `size` − 1. Uses `size` numbers of the stream. */
export function subset(random: Random, size: number, count: number): ReadonlySet<number> {
  const keyed = Array.from({ length: size }, (_, index) => ({ index, key: random.uniform() }));
  keyed.sort((a, b) => a.key - b.key);
  return new Set(keyed.slice(0, count).map(({ index }) => index));
}

/** Values as a scenario file has them. */
export const ms = (value: number): string => `${value.toFixed(6)}ms`;
export const ppm = (value: number): string => `${value.toFixed(4)}ppm`;
export const seconds = (value: number): string => `${Math.round(value)}s`;
