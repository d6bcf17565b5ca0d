import { expect } from 'chai';
import { readScenario, type Scenario } from '../scenario/index.js';
import { WORLD_KINDS, type WorldKind, worldToml } from './index.js';
import { liesOf } from './lies.js';

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

async function scenarioOf(kind: WorldKind, seed: number): Promise<Scenario> {
  const { scenario, problems } = await readScenario(worldToml(kind, seed), 'world');
  expect(problems, `${kind} ${seed}`).to.equal(undefined);
  return scenario!;
}

/** Returns the times of the deaths of a world's servers. */
const deathsOf = ({ server }: Scenario): readonly number[] =>
  server.flatMap(({ event }) => event.filter(({ loss }) => loss === 1).map(({ at }) => at));

describe('worlds drawn at random', () => {
  it('are valid scenarios, the same for the same seed, and different for different seeds', async () => {
    for (const kind of WORLD_KINDS) {
      const texts = SEEDS.map((seed) => worldToml(kind, seed));
      expect(new Set(texts).size).to.equal(SEEDS.length);
      expect(texts).to.deep.equal(SEEDS.map((seed) => worldToml(kind, seed)));
      for (const seed of SEEDS.slice(0, 20)) await scenarioOf(kind, seed);
    }
  });

  it('have a majority of right servers among the living at each time', async () => {
    let deaths = 0;
    for (const seed of SEEDS) {
      const scenario = await scenarioOf('servers', seed);
      const wrong = new Set(liesOf(scenario).map(({ source }) => source));
      for (const at of [0, ...deathsOf(scenario)]) {
        const living = scenario.server.filter(({ event }) => !event.some((one) => one.loss === 1 && one.at <= at));
        const wrongOnes = living.filter(({ name }) => wrong.has(name)).length;
        expect(wrongOnes * 2, `world ${seed} at ${at / 1e9} s`).to.be.below(living.length);
        if (at > 0) deaths++;
      }
    }
    expect(deaths).to.be.above(20);
  });

  it('of kind honest are those of kind full without the lies', async () => {
    for (const seed of SEEDS) {
      const honest = await scenarioOf('honest', seed);
      const full = await scenarioOf('full', seed);
      expect(liesOf(honest)).to.deep.equal([]);
      expect(honest.clock).to.deep.equal(full.clock);
      expect(honest.server.map(({ up }) => up)).to.deep.equal(full.server.map(({ up }) => up));
    }
  });

  it('of kind full have sources and delays of every sort beside those of kind servers', async () => {
    const found = { pps: 0, phc: 0, ptp: 0, modes: 0, floor: 0, bursts: 0 };
    for (const seed of SEEDS) {
      const full = await scenarioOf('full', seed);
      const servers = await scenarioOf('servers', seed);
      expect(liesOf(servers)).to.deep.equal(liesOf(full));
      for (const kind of ['pps', 'phc', 'ptp'] as const) found[kind] += full[kind].length;
      for (const { up } of full.server) {
        for (const key of ['modes', 'floor', 'bursts'] as const) if (up[key] !== undefined) found[key]++;
      }
    }
    for (const [what, count] of Object.entries(found)) expect(count, what).to.be.within(3, 40);
  });

  it('are wrong in every way', async () => {
    const lies = (await Promise.all(SEEDS.map((seed) => scenarioOf('servers', seed)))).flatMap(liesOf);
    expect(lies.filter(({ driftPpb }) => driftPpb !== 0).length).to.be.above(10);
    expect(lies.filter(({ sinceS, offsetNs }) => sinceS === 0 && offsetNs !== 0).length).to.be.above(10);
    expect(lies.filter(({ sinceS }) => sinceS > 0).length).to.be.above(5);
  });

  it('of kind simple have asymmetries as real paths', async () => {
    const shares = (await Promise.all(SEEDS.map((seed) => scenarioOf('simple', seed))))
      .flatMap(({ server }) => server)
      .map(({ up, down }) => Math.abs(up.baseNs - down!.baseNs) / 2 / (up.baseNs + down!.baseNs))
      .sort((a, b) => a - b);
    expect(shares[Math.floor(shares.length / 2)]!).to.be.within(0.009, 0.0135);
    expect(shares.at(-1)!).to.be.at.most(0.3 + 1e-6);
  });
});
