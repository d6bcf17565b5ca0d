import type { Random } from '../random.js';
import { chance, logUniform, ms, pick, ppm, seconds, uniform } from './draws.js';
import type { TomlTable } from './toml-writer.js';

/** Share of the worlds that have a pulse, a hardware clock, or a timeTransmitter. */
const HAS = 0.2;
/** Share of the directions with each of: modes of delay, a moving floor, bursts of loss. */
const SPECIAL = 0.07;

/** Draws the sources beside the servers. All of them are right. */
export const drawOtherSources = (random: Random): TomlTable => ({
  pps: maybe(random.fork('pps'), drawPulse),
  phc: maybe(random.fork('phc'), drawHardwareClock),
  ptp: maybe(random.fork('ptp'), drawTransmitter),
});

const maybe = (random: Random, draw: (random: Random) => TomlTable): readonly TomlTable[] => {
  const table = draw(random.fork('table'));
  return chance(random, HAS) ? [table] : [];
};

const us = (value: number): string => `${value.toFixed(3)}us`;

const drawPulse = (random: Random): TomlTable => ({
  name: 'pulse',
  jitter: us(logUniform(random, 0.05, 5)),
  loss: pick(random, [0, 0, 0.05]),
  event: chance(random, 0.3) ? [{ at: seconds(uniform(random, 1000, 19_000)), loss: 1 }] : [],
});

const drawHardwareClock = (random: Random): TomlTable => ({
  name: 'card',
  wander: Number(logUniform(random, 1e-10, 1e-8).toPrecision(3)),
  frequency: ppm(20 * random.normal()),
  offset: ms(100 * random.normal()),
  'link-noise': us(logUniform(random, 0.02, 1)),
  grandmaster: chance(random, 0.5) ? { noise: us(logUniform(random, 0.01, 1)) } : undefined,
});

function drawTransmitter(random: Random): TomlTable {
  const baseUs = logUniform(random, 1, 1000);
  const direction = (share: number): TomlTable => ({
    base: us(share * baseUs),
    jitter: us(baseUs * logUniform(random, 0.003, 0.3)),
    shape: pick(random, ['exp', 'norm']),
  });
  const up = direction(1);
  return {
    name: 'gm',
    'sync-interval': '1s',
    'delay-interval': '1s',
    up,
    down: direction(uniform(random, 0.75, 1.33)),
  };
}

/**
 * Returns one direction of a path as some real ones are: with an early minority of the packets, with a floor that moves, with
 * losses in bursts; most stay as they are. `baseMs` is the direction's fixed delay.
 */
export function withSpecialDelays(random: Random, link: TomlTable, baseMs: number): TomlTable {
  const late = baseMs * logUniform(random, 0.03, 1);
  const share = Number(uniform(random, 0.02, 0.4).toFixed(2));
  const jitter = ms(late * logUniform(random, 0.003, 0.1));
  const modes: readonly TomlTable[] = [
    { share: Number((1 - share).toFixed(2)), at: ms(late), jitter },
    { share, at: '0s', jitter, shape: 'exp' },
  ];
  const floor: TomlTable = {
    shape: pick(random, ['sine', 'ramp', 'walk']),
    amplitude: ms(baseMs * logUniform(random, 0.01, 1)),
    period: seconds(logUniform(random, 300, 20_000)),
  };
  const bursts: TomlTable = {
    every: seconds(logUniform(random, 200, 5000)),
    last: seconds(logUniform(random, 5, 200)),
  };
  return {
    ...(chance(random, SPECIAL) ? { base: link.base, shape: 'modes', modes } : link),
    floor: chance(random, SPECIAL) ? floor : undefined,
    bursts: chance(random, SPECIAL) ? bursts : undefined,
  };
}
