import { expect } from 'chai';
import { readScenario } from '../scenario/index.js';
import { hastened } from './hasten.js';
import { drawWorld, worldToml } from './index.js';
import { hasRightMajority } from './right-majority.js';
import { shrunk, simplerWorlds } from './shrink.js';
import { type TomlTable, toToml } from './toml-writer.js';

const scenarioOf = async (toml: string) => (await readScenario(toml, 'world')).scenario;

const WORLD: TomlTable = {
  duration: '20000s',
  'steady-from': '600s',
  clock: { wander: 1e-9, event: [{ at: '9000s', 'frequency-step': '1ppm' }] },
  server: [
    { name: 'a', poll: '16s', up: { base: '1ms' }, loss: 0.3 },
    {
      name: 'b',
      poll: '16s',
      up: { base: '2ms', bursts: { every: '100s', last: '10s' } },
      event: [{ at: '5s', loss: 1 }],
    },
    { name: 'c', poll: '16s', up: { base: '3ms' }, drift: '1ppm', event: [] },
  ],
};

describe('a world that is shrunk', () => {
  it('keeps what it needs to fail, and nothing else', async () => {
    const fails = async ({ server, clock }: TomlTable): Promise<boolean> =>
      JSON.stringify(server).includes('1ppm') && JSON.stringify(clock).includes('9000s');
    expect(await shrunk(WORLD, fails)).to.deep.equal({
      ...WORLD,
      // Nine tenths of it would end before the steady part begins.
      duration: '625s',
      server: [{ name: 'c', poll: '16s', up: { base: '3ms' }, drift: '1ppm', event: [] }],
    });
  });

  it('is the whole world if each part is needed', async () => {
    expect(await shrunk(WORLD, async () => false)).to.equal(WORLD);
  });

  it('is a valid scenario at each step', async () => {
    for (let seed = 1; seed <= 5; seed++)
      for (const simpler of simplerWorlds(drawWorld('full', seed)))
        expect(await scenarioOf(toToml(simpler)), toToml(simpler)).not.to.equal(undefined);
  });
});

describe('the majority of right servers', () => {
  it('is there in each world, and is lost when right ones die or are left out', async () => {
    for (let seed = 1; seed <= 20; seed++)
      expect(hasRightMajority((await scenarioOf(worldToml('full', seed)))!), `${seed}`).to.equal(true);
    expect(hasRightMajority((await scenarioOf(toToml(WORLD)))!)).to.equal(false);
    const [a, , c] = WORLD.server as readonly TomlTable[];
    expect(hasRightMajority((await scenarioOf(toToml({ ...WORLD, server: [a!, c!] })))!)).to.equal(false);
    expect(hasRightMajority((await scenarioOf(toToml({ ...WORLD, server: [a!] })))!)).to.equal(true);
  });
});

describe('a hastened world', () => {
  it('has the same events, all of them in its steady part', async () => {
    const slow = (await scenarioOf(worldToml('full', 3)))!;
    const fast = hastened(slow, 4000e9);
    const times = ({ clock, server }: typeof slow) =>
      [clock, ...server].flatMap(({ event }) => event.map(({ at }) => at));
    expect(times(slow).length).to.be.above(2);
    expect(times(fast)).to.deep.equal(times(slow).map((at) => 600e9 + Math.round((at / 20_000e9) * 3400e9)));
    expect(fast.duration).to.equal(4000e9);
  });
});
