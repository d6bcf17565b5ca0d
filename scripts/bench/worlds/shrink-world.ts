import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { drawWorld, type WorldKind } from '../../../src/lab/worlds/index.js';
import { hasRightMajority } from '../../../src/lab/worlds/right-majority.js';
import { runWorld, type WorldResult } from '../../../src/lab/worlds/run-world.js';
import { shrunk } from '../../../src/lab/worlds/shrink.js';
import { type TomlTable, toToml } from '../../../src/lab/worlds/toml-writer.js';
import { root } from '../../../test/place.js';
import { catalogue, parseScenario } from '../../lab.js';
import { MOST_RATIO, worstRatio } from './lines.js';

const SCENARIOS = join(root, 'test/scenarios');
/** Numbers of the scenarios that were drawn at random. */
const FIRST_NUMBER = 941;
const LAST_NUMBER = 999;

/** One way in which a world fails. A smaller world must fail in the same way. */
interface Failure {
  readonly text: string;
  readonly isSeenIn: (result: WorldResult) => boolean;
  /** Limits that the hub would keep if it did not fail. */
  readonly limits: (result: WorldResult) => TomlTable;
}

const FAILURES: readonly Failure[] = [
  {
    text: 'truth leaves the majority bound',
    isSeenIn: ({ outsideMajorityS }) => outsideMajorityS > 0,
    limits: () => ({ 'majority-violations': 0 }),
  },
  {
    text: 'truth leaves the bound while no wrong server carries',
    isSeenIn: ({ unexplainedS }) => unexplainedS > 0,
    limits: (result) => ({ violations: explainedShare(result), 'majority-violations': 0 }),
  },
  {
    text: `a wrong server carries the estimate out of the bound for longer than ${MOST_RATIO} times what an ideal detector needs`,
    isSeenIn: (result) => worstRatio(result) > MOST_RATIO,
    limits: (result) => ({ violations: allowedShare(result), 'majority-violations': 0 }),
  },
];

const explainedShare = ({ outsideS, unexplainedS, steadyS }: WorldResult): number =>
  shareOf(outsideS - unexplainedS, steadyS);

const allowedShare = ({ liars, steadyS }: WorldResult): number =>
  shareOf(
    liars.reduce((sum, { idealS = steadyS, outsideS }) => sum + Math.min(MOST_RATIO * idealS, outsideS), 0),
    steadyS,
  );

const shareOf = (seconds: number, steadyS: number): number => Number((seconds / steadyS).toFixed(4));

export interface SmallWorld {
  readonly failure: string;
  readonly toml: string;
}

/** Returns what is left of a failing world when all that it does not need to fail is left out; undefined if it does not fail. */
export async function shrinkWorld(
  kind: WorldKind,
  seed: number,
  onSmaller: (size: number) => void,
): Promise<SmallWorld | undefined> {
  const world = drawWorld(kind, seed);
  const first = await resultOf(world, seed);
  const failure = FAILURES.find(({ isSeenIn }) => isSeenIn(first));
  if (failure === undefined) return undefined;
  const smallest = await shrunk(world, async (simpler) => {
    const scenario = await parseScenario(toToml(simpler), `world ${seed}`);
    if (!hasRightMajority(scenario)) return false;
    const fails = failure.isSeenIn(await resultOf(simpler, seed));
    if (fails) onSmaller(toToml(simpler).split('\n').length);
    return fails;
  });
  const result = await resultOf(smallest, seed);
  const { summary: _, ...rest } = smallest;
  const limits = { ...failure.limits(result), seed };
  return {
    failure: failure.text,
    toml: `# World ${seed} of kind ${kind}, without what it does not need to fail: ${failure.text}.\n${toToml({ ...rest, limits })}`,
  };
}

const resultOf = async (world: TomlTable, seed: number): Promise<WorldResult> =>
  runWorld(await parseScenario(toToml(world), `world ${seed}`), { seed, catalogue, version: 'bench' });

/** Writes a world into the numbered scenarios. Returns its path. */
export function keepWorld(toml: string, kind: WorldKind, seed: number): string {
  const path = join(SCENARIOS, `${nextNumber()}-world-${kind}-${seed}.toml`);
  writeFileSync(path, toml, { flag: 'wx' });
  return relative(root, path);
}

function nextNumber(): number {
  const taken = new Set(readdirSync(SCENARIOS).map((name) => Number.parseInt(name, 10)));
  for (let number = FIRST_NUMBER; number <= LAST_NUMBER; number++) if (!taken.has(number)) return number;
  throw new Error(`the numbers ${FIRST_NUMBER} to ${LAST_NUMBER} of test/scenarios are taken`);
}
