import { expect } from 'chai';
import { buildTarget } from './build.js';
import { readCorpus } from './corpus-file.js';
import { fuzz } from './fuzzer.js';
import { TARGET_NAMES, TARGETS } from './targets.js';

/** Of the edges that the kept corpus reaches, a run may miss none. */
describe('parsers, fuzzed with coverage to guide', function () {
  this.timeout(300_000);

  for (const name of TARGET_NAMES) {
    it(`${name}: ${TARGETS[name]} inputs find nothing`, async () => {
      const built = await buildTarget(name);
      const { runs, findings, covered } = fuzz(built, { runs: TARGETS[name], seed: 1, known: readCorpus(name) });
      const told = findings.map(({ message, input }) => `${message}: ${Buffer.from(input).toString('hex')}`);
      expect(told).to.deep.equal([]);
      expect(runs).to.equal(TARGETS[name]);
      expect(covered).to.be.above(20);
    });
  }
});
