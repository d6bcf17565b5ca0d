import { expect } from 'chai';
import { catalogue, parseScenario } from '../scripts/lab.js';
import { hastened } from '../src/lab/worlds/hasten.js';
import { type WorldKind, worldToml } from '../src/lab/worlds/index.js';
import { runWorld, type WorldResult } from '../src/lab/worlds/run-world.js';

/** `npm run bench:worlds` takes whole worlds, and more of them. These have the same events in less time. */
const DURATION_NS = 3000e9;
/** Interval of the hub's ticks. It decides nothing here, and saves a third of the time. */
const TICK_NS = 4e9;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

async function resultOf(kind: WorldKind, seed: number): Promise<WorldResult> {
  const world = await parseScenario(worldToml(kind, seed), `world ${seed}`);
  const scenario = hastened({ ...world, tick: TICK_NS }, DURATION_NS);
  return runWorld(scenario, { seed, catalogue, version: 'test' });
}

describe('the hub in worlds drawn at random', function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`${seed} of kind full: truth stays within the majority bound, and leaves the bound only with a wrong carrier`, async () => {
      const { outsideMajorityS, unexplainedS, steadyS } = await resultOf('full', seed);
      expect({ outsideMajorityS, unexplainedS, steadyS }).to.deep.equal({
        outsideMajorityS: 0,
        unexplainedS: 0,
        steadyS: 2401,
      });
    });

    it(`${seed} of kind honest: truth stays within both bounds`, async () => {
      const { outsideMajorityS, unexplainedS } = await resultOf('honest', seed);
      expect({ outsideMajorityS, unexplainedS }).to.deep.equal({ outsideMajorityS: 0, unexplainedS: 0 });
    });
  }
});
