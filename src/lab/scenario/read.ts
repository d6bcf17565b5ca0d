import { dirname } from 'node:path';
import type * as v from 'valibot';
import { checkTable } from '../../kernel/config/check/check-table.js';
import { type Finding, withoutMisspelt } from '../../kernel/config/diagnose/finding.js';
import { faultsOf, Locator } from '../../kernel/config/diagnose/locator.js';
import { type Problem, sortProblems } from '../../kernel/config/diagnose/problem.js';
import { parseConfig } from '../../kernel/config/read/document.js';
import { checkAcross } from './cross-checks.js';
import { loadTraces } from './load-traces.js';
import { type Scenario, scenarioSchema } from './schema.js';

/** A valid scenario, or all its problems with their places. */
export type ReadScenario =
  | { readonly scenario: Scenario; readonly problems?: undefined }
  | { readonly scenario?: undefined; readonly problems: readonly Problem[] };

/** Reads and checks the text of a scenario, and the files that it names, relative to its folder. Messages name `path`. */
export async function readScenario(text: string, path: string): Promise<ReadScenario> {
  const document = parseConfig(text, path);
  const checked = await checkTable([], document.tree, scenarioSchema);
  const scenario = checked.findings === undefined ? (checked.value as v.InferOutput<typeof scenarioSchema>) : undefined;
  const findings = scenario === undefined ? withoutMisspelt(checked.findings!) : checkAll(scenario, path);
  const problems = [...faultsOf(document), ...(await placed(findings, new Locator(document)))];
  if (problems.length > 0 || scenario === undefined) return { problems: sortProblems(problems, [path]) };
  return { scenario };
}

const checkAll = (scenario: Scenario, path: string): readonly Finding[] => [
  ...checkAcross(scenario),
  ...loadTraces(scenario, dirname(path)),
];

async function placed(findings: readonly Finding[], locator: Locator): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const finding of findings) {
    const problem = await locator.place({ ...finding, message: finding.message.replace(/\[\]/, 'a scenario') });
    if (problem !== undefined) found.push(problem);
  }
  return found;
}
