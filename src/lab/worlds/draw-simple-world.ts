import type { Random } from '../random.js';
import { drawLie } from './draw-lie.js';
import { drawPath, drawRealPath } from './draw-path.js';
import { drawWrong } from './draw-server-world.js';
import { chance, logUniform, ms, pick, ppm, seconds, uniform, whole } from './draws.js';
import type { TomlTable } from './toml-writer.js';

const DURATION_S = 20_000;
const STEADY_FROM_S = 2000;
const POLLS_S = [8, 16, 32, 64, 128];

/**
 * Draws a world in which chrony can be run, too: one poll interval, constant paths, no loss. Asymmetries of the paths are those
 * of real ones, or any.
 */
export function drawSimpleWorld(random: Random, asymmetry: 'real' | 'any'): TomlTable {
  const size = whole(random.fork('size'), 3, 7);
  const wrong = drawWrong(random.fork('wrong'), size);
  const poll = seconds(pick(random.fork('poll'), POLLS_S));
  return {
    duration: seconds(DURATION_S),
    'steady-from': seconds(STEADY_FROM_S),
    clock: drawCalmClock(random.fork('clock')),
    server: Array.from({ length: size }, (_, index) => {
      const own = random.fork(`server/${index}`);
      const { up, down } = asymmetry === 'real' ? drawRealPath(own) : drawPath(own);
      const lie = drawLie(own.fork('lie'), false, 0, 0);
      return { name: `s${index}`, poll, up, down, ...(wrong.has(index) ? lie.keys : {}) };
    }),
  };
}

/** Draws a clock; in half of the worlds its frequency steps by up to 5 ppm. */
function drawCalmClock(random: Random): TomlTable {
  const event = { at: seconds(uniform(random, 4000, 16_000)), 'frequency-step': ppm(uniform(random, -5, 5)) };
  return {
    offset: ms(200 * random.normal()),
    frequency: ppm(20 * random.normal()),
    wander: Number(logUniform(random, 1e-10, 1e-8).toPrecision(3)),
    event: chance(random, 0.5) ? [event] : [],
  };
}
