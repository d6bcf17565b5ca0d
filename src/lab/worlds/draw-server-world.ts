import type { Random } from '../random.js';
import { type Death, deathsThatLeaveAMajority } from './deaths.js';
import { drawOtherSources, withSpecialDelays } from './draw-extras.js';
import { drawLie } from './draw-lie.js';
import { drawPath, drawSpike } from './draw-path.js';
import { chance, logUniform, ms, pick, ppm, seconds, sign, subset, uniform, whole } from './draws.js';
import type { TomlTable } from './toml-writer.js';

/** Duration of a world and the time from which it is scored, s. */
const DURATION_S = 20_000;
const STEADY_FROM_S = 600;
/** Events happen between these, s. */
const FIRST_EVENT_S = 1000;
const LAST_EVENT_S = 19_000;
const FEWEST = 3;
const MOST = 7;
const POLLS_S = [8, 16, 32, 64, 128];
const SPIKY = 0.3;
const PHASE_STEPS = 0.3;
const DEATHS = 0.35;

/** Parts of a world that a kind has or not. */
export interface WorldParts {
  /** Servers that are wrong. */
  readonly lies: boolean;
  /** Pulses, hardware clocks and timeTransmitters; modes of delay, moving floors and bursts of loss. */
  readonly extras: boolean;
}

/**
 * Draws a world of NTP servers on changeable paths with a restless clock. The parts are drawn from streams of their own: a world
 * without one of them is the same in everything else.
 */
export function drawServerWorld(random: Random, { lies, extras }: WorldParts): TomlTable {
  const size = whole(random.fork('size'), FEWEST, MOST);
  const wrong = drawWrong(random.fork('wrong'), size);
  const fates = Array.from({ length: size }, (_, index) => drawFate(random.fork(`fate/${index}`)));
  const deaths = deathsThatLeaveAMajority(
    fates.flatMap(({ deathsS }, server): Death[] => deathsS.map((atS) => ({ server, atS }))),
    size,
    lies ? wrong : new Set(),
  );
  return {
    duration: seconds(DURATION_S),
    'steady-from': seconds(STEADY_FROM_S),
    clock: drawClock(random.fork('clock')),
    server: fates.map(({ routes }, index) => {
      const own = random.fork(`server/${index}`);
      const lie = drawLie(own.fork('lie'), true, FIRST_EVENT_S, LAST_EVENT_S);
      const { keys, events } = lies && wrong.has(index) ? lie : { keys: {}, events: [] };
      const death = deaths.filter(({ server }) => server === index).map(({ atS }) => ({ at: seconds(atS), loss: 1 }));
      return { name: `s${index}`, ...drawServer(own, extras), ...keys, event: [...events, ...routes, ...death] };
    }),
    ...(extras ? drawOtherSources(random.fork('other')) : {}),
  };
}

/** Draws who is wrong: fewer than half. */
export const drawWrong = (random: Random, size: number): ReadonlySet<number> =>
  subset(random, size, whole(random, 0, Math.floor((size - 1) / 2)));

function drawClock(random: Random): TomlTable {
  const offset = ms(100 * random.normal());
  const frequency = ppm(20 * random.normal());
  const wander = Number(logUniform(random, 1e-10, 3e-8).toPrecision(3));
  const event = Array.from({ length: pick(random, [0, 1, 1, 2]) }, () => {
    const at = seconds(uniform(random, FIRST_EVENT_S, LAST_EVENT_S));
    const step = ppm(sign(random) * logUniform(random, 0.1, 5));
    const phase = ms(50 * random.normal());
    return chance(random, PHASE_STEPS) ? { at, 'phase-step': phase } : { at, 'frequency-step': step };
  });
  return { offset, frequency, wander, event };
}

function drawServer(random: Random, extras: boolean): TomlTable {
  const poll = seconds(pick(random, POLLS_S));
  const { up, down, upMs, downMs } = drawPath(random);
  const loss = pick(random, [0, 0, 0.05, 0.3]);
  const stratum = whole(random, 1, 4);
  const spike = drawSpike(random.fork('spike'), upMs);
  const links = extras
    ? {
        up: withSpecialDelays(random.fork('up'), up, upMs),
        down: withSpecialDelays(random.fork('down'), down, downMs),
      }
    : { up, down };
  return { poll, ...links, loss, stratum, spike: chance(random, SPIKY) ? spike : undefined };
}

/** Draws up to two events of a server: routes that become up to 30 ms longer in one direction, and silence for ever. */
function drawFate(random: Random): { readonly routes: readonly TomlTable[]; readonly deathsS: readonly number[] } {
  const routes: TomlTable[] = [];
  const deathsS: number[] = [];
  for (let left = pick(random, [0, 0, 1, 2]); left > 0; left--) {
    const atS = uniform(random, FIRST_EVENT_S, LAST_EVENT_S);
    const extra = ms(uniform(random, 0.1, 30));
    const way = pick(random, ['up-extra', 'down-extra']);
    if (chance(random, DEATHS)) deathsS.push(atS);
    else routes.push({ at: seconds(atS), [way]: extra });
  }
  return { routes, deathsS };
}
