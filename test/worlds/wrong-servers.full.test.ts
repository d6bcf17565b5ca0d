import { expect } from 'chai';
import { runHastened, SEEDS } from './hastened-world.js';

describe('the hub in random worlds of which fewer than half of the servers are wrong', function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`${seed}: truth stays within the majority bound, and leaves the bound only while a wrong server carries`, async () => {
      const { outsideMajorityS, unexplainedS, steadyS } = await runHastened('full', seed);
      expect({ outsideMajorityS, unexplainedS }).to.deep.equal({ outsideMajorityS: 0, unexplainedS: 0 });
      expect(steadyS).to.equal(901);
    });
  }
});
