import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { root } from './place.js';
import { ScenarioPool } from './scenario-pool.js';

const folder = join(root, 'test/scenarios');

/**
 * The scenarios of `npm test`: one or two of each hundred. `npm run test:full` runs all others, including new ones.
 */
const REPRESENTATIVE: readonly string[] = [
  '101-lan',
  '103-internet',
  '106-four-servers',
  '109-pps',
  '113-loss',
  '201-frequency-step-lan',
  '204-stepped-by-somebody',
  '206-suspend',
  '221-leap-inserted',
  '301-falseticker',
  '303-two-liars-of-five',
  '306-delay-attack',
  '320-two-against-two',
  '401-pps-wrongly-numbered',
  '402-pps-unplugged',
  '501-start-internet',
  '505-era-2036',
  '507-panic',
  '603-poll-adaptive',
  '703-all-die-and-return',
  '801-phc-and-ntp',
  '807-grandmaster-jumps-1s',
];

/** Returns the names of the scenario files of `npm test`, or of those of `npm run test:full`. */
export function scenarioNames(suite: 'quick' | 'full'): readonly string[] {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.toml'))
    .map((file) => basename(file, '.toml'))
    .sort();
  const unknown = REPRESENTATIVE.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`test/scenario-suite.ts names scenarios that are not there: ${unknown}`);
  return all.filter((name) => REPRESENTATIVE.includes(name) === (suite === 'quick'));
}

/** Checks that each scenario keeps its limits. */
export function describeScenarios(names: readonly string[]): void {
  describe('the numbered scenarios', function () {
    this.timeout(600_000);
    const pathOf = (name: string): string => join(folder, `${name}.toml`);
    const misses: string[] = [];
    let pool: ScenarioPool;

    before(() => {
      pool = new ScenarioPool(names.map(pathOf), Math.min(2, availableParallelism()));
    });

    after(() => {
      pool.close();
      for (const miss of misses) console.log(`    known miss: ${miss}`);
    });

    for (const name of names) {
      it(name, async () => {
        const report = await pool.report(pathOf(name));
        if (report.error !== undefined) throw new Error(report.error);
        const { faults, because } = report;
        if (report.expect === 'miss') {
          expect(faults, 'it holds now: take expect = "miss" out of its file').not.to.be.empty;
          misses.push(`${name} (${because}): ${faults.join('; ')}`);
        } else expect(faults, faults.join('\n')).to.be.empty;
      });
    }
  });
}
