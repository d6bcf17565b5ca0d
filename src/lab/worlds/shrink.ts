import type { TomlTable, TomlValue } from './toml-writer.js';

/** Sources that can be left out, and keys whose elements can. */
const LISTS = ['server', 'pps', 'phc', 'ptp'];
/** Keys of a source or a path that disturb it. */
const DISTURBANCES = ['loss', 'spike', 'floor', 'bursts', 'modes'];
const SHORTER = [0.5, 0.75, 0.9];

/**
 * Returns a world from which nothing more can be left out while it still fails: servers, events, disturbances, time at its end. It is
 * the same for the same world and the same answers.
 */
export async function shrunk(world: TomlTable, fails: (simpler: TomlTable) => Promise<boolean>): Promise<TomlTable> {
  let smallest = world;
  for (let before: TomlTable | undefined; before !== smallest; ) {
    before = smallest;
    for (let index = 0; ; ) {
      const simpler = simplerWorlds(smallest)[index];
      if (simpler === undefined) break;
      // After a success the next candidate has the same index.
      if (await fails(simpler)) smallest = simpler;
      else index++;
    }
  }
  return smallest;
}

/** Returns the worlds that have one thing less. Those that are faster to run come first. */
export function simplerWorlds(world: TomlTable): readonly TomlTable[] {
  return [
    ...shorter(world),
    ...LISTS.flatMap((list) => withoutOne(world, list)),
    ...withoutEvents(world),
    ...LISTS.flatMap((list) => tables(world[list]).flatMap((_, index) => calmer(world, list, index))),
  ];
}

function shorter(world: TomlTable): readonly TomlTable[] {
  const [duration, from] = [secondsOf(world.duration), secondsOf(world['steady-from'])];
  return SHORTER.map((share) => Math.round(duration * share))
    .filter((less) => less > from && less < duration)
    .map((less) => ({ ...world, duration: `${less}s` }));
}

/** Returns the worlds with one element of a list of tables less. */
const withoutOne = (table: TomlTable, list: string): readonly TomlTable[] =>
  tables(table[list]).map((one) => ({ ...table, [list]: tables(table[list]).filter((other) => other !== one) }));

function withoutEvents(world: TomlTable): readonly TomlTable[] {
  const ofClock = isTable(world.clock) ? withoutOne(world.clock, 'event').map((clock) => ({ ...world, clock })) : [];
  const ofSources = LISTS.flatMap((list) =>
    tables(world[list]).flatMap((one, index) =>
      withoutOne(one, 'event').map((less) => replaced(world, list, index, less)),
    ),
  );
  return [...ofClock, ...ofSources];
}

/** Returns the worlds in which a source or one of its directions is without a disturbance. */
function calmer(world: TomlTable, list: string, index: number): readonly TomlTable[] {
  const source = tables(world[list])[index]!;
  const directions = ['up', 'down'].flatMap((way) => {
    const path = source[way];
    return isTable(path) ? withoutDisturbances(path).map((calm) => ({ ...source, [way]: calm })) : [];
  });
  return [...withoutDisturbances(source), ...directions].map((calm) => replaced(world, list, index, calm));
}

const withoutDisturbances = (table: TomlTable): readonly TomlTable[] =>
  DISTURBANCES.filter((key) => table[key] !== undefined && table[key] !== 0).map((key) => {
    const { [key]: _, ...rest } = table;
    return key === 'modes' ? { ...rest, shape: 'none' } : rest;
  });

const replaced = (world: TomlTable, list: string, index: number, by: TomlTable): TomlTable => ({
  ...world,
  [list]: tables(world[list]).map((one, at) => (at === index ? by : one)),
});

const tables = (value: TomlValue | undefined): readonly TomlTable[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object') : [];

const isTable = (value: TomlValue | undefined): value is TomlTable =>
  typeof value === 'object' && !Array.isArray(value);

const secondsOf = (value: TomlValue | undefined): number => Number.parseFloat(String(value ?? '0s'));
