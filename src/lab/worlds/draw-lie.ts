import type { Random } from '../random.js';
import { logUniform, ms, ppm, seconds, sign, uniform } from './draws.js';
import type { TomlTable } from './toml-writer.js';

/** Keys and events that make a server wrong. */
export interface DrawnLie {
  readonly keys: TomlTable;
  readonly events: readonly TomlTable[];
}

/** Shares of the kinds of lies; the rest are steps. */
const OFFSETS = 0.4;
const DRIFTS = 0.4;

/** Draws an offset of 1 ms to 1 s, a drift of 0.1 to 30 ppm, or, if `steps`, a step of 1 ms to 1 s between `fromS` and `toS`. */
export function drawLie(random: Random, steps: boolean, fromS: number, toS: number): DrawnLie {
  const which = random.uniform() * (steps ? 1 : OFFSETS + DRIFTS);
  const offset = ms(sign(random) * logUniform(random, 1, 1000));
  const drift = ppm(sign(random) * logUniform(random, 0.1, 30));
  const at = seconds(uniform(random, fromS, toS));
  if (which < OFFSETS) return { keys: { offset }, events: [] };
  if (which < OFFSETS + DRIFTS) return { keys: { drift }, events: [] };
  return { keys: {}, events: [{ at, 'offset-step': offset }] };
}
