import { expect } from 'chai';
import { runHastened, SEEDS } from './hastened-world.js';

describe('the hub in random worlds without a wrong server', function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`${seed}: truth stays within both bounds, but for a step that nothing can have shown yet`, async () => {
      const { outsideMajorityS, unexplainedS, steadyS } = await runHastened('honest', seed);
      expect({ outsideMajorityS, unexplainedS }).to.deep.equal({ outsideMajorityS: 0, unexplainedS: 0 });
      expect(steadyS).to.equal(901);
    });
  }
});
