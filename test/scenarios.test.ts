import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { root } from './place.js';
import { ScenarioPool } from './scenario-pool.js';

const folder = join(root, 'test/scenarios');
const paths = readdirSync(folder)
  .filter((file) => file.endsWith('.toml'))
  .sort()
  .map((file) => join(folder, file));
/** A scenario is meant to take no more than 2 s; a machine with other things to do makes it look like more. */
const MOST_CPU_MS = 6000;

describe('the numbered scenarios', function () {
  this.timeout(120_000);
  this.slow(60_000);
  const misses: string[] = [];
  let pool: ScenarioPool;

  before(() => {
    pool = new ScenarioPool(paths, Math.min(2, availableParallelism()));
  });

  after(() => {
    pool.close();
    for (const miss of misses) console.log(`    known miss: ${miss}`);
  });

  for (const path of paths) {
    const name = basename(path, '.toml');
    it(name, async () => {
      const report = await pool.report(path);
      if (report.error !== undefined) throw new Error(report.error);
      const { faults, because, cpuMs } = report;
      if (report.expect === 'miss') {
        expect(faults, 'it holds now: take expect = "miss" out of its file').not.to.be.empty;
        misses.push(`${name} (${because}): ${faults.join('; ')}`);
      } else expect(faults, faults.join('\n')).to.be.empty;
      expect(cpuMs, 'ms of CPU').to.be.below(MOST_CPU_MS);
    });
  }
});
