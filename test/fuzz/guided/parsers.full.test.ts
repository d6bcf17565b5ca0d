import { expect } from 'chai';
import { buildTarget } from './build.js';
import { readCorpus } from './corpus-file.js';
import { fuzz } from './fuzzer.js';
import { TARGET_NAMES, TARGETS } from './targets.js';

describe('parsers, fuzzed with coverage to guide', function () {
  this.timeout(300_000);

  for (const name of TARGET_NAMES) {
    const { runs, edges } = TARGETS[name];
    it(`${name}: ${runs} inputs find nothing`, async () => {
      const report = fuzz(await buildTarget(name), { runs, seed: 1, known: readCorpus(name) });
      const findings = report.findings.map(({ message, input }) => `${message}: ${Buffer.from(input).toString('hex')}`);
      expect(findings).to.deep.equal([]);
      expect(report.runs).to.equal(runs);
      // With fewer edges, the target would no longer reach the code that it tests.
      expect(report.covered).to.be.above(edges);
    });
  }
});
