import { formatProblems } from '../kernel/config/index.js';
import { EXIT, type ExitStatus } from './exit.js';
import { loadHub } from './load.js';

/** `timehub check-config <file>`: everything that is wrong with it, each with its place. Starts nothing. */
export async function run(path: string, options: { readonly json?: boolean }): Promise<ExitStatus> {
  const { problems, plans } = { plans: [], ...(await loadHub(path)) };
  if (options.json === true) console.log(JSON.stringify({ problems: problems ?? [] }, undefined, 2));
  else if (problems === undefined)
    console.log(`${path}: good; it describes ${plans.map((plan) => plan.id).join(', ')}`);
  else
    console.error(
      `${formatProblems(problems)}\n${path}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
    );
  return problems === undefined ? EXIT.synchronised : EXIT.config;
}
