import { formatProblems, harmless, type Problem } from '../kernel/config/index.js';
import { EXIT, type ExitStatus } from './exit.js';
import { type ForeignCode, type LoadedHub, loadHub } from './load-hub.js';

export interface CheckOptions {
  readonly json?: boolean;
  /** Treats warnings as errors. */
  readonly strict?: boolean;
  /** False with `--no-plugins`: no code of plugin packages is run. */
  readonly plugins?: boolean;
}

/** `timehub check-config <file>`: prints all problems with their places. Starts no source and no sink. */
export async function run(path: string, { json, strict, plugins }: CheckOptions): Promise<ExitStatus> {
  const loaded = await loadHub(path, plugins === false ? () => 'leave' : announce());
  const { files } = loaded;
  const raised = strict === true ? loaded.warnings.map((warning): Problem => ({ ...warning, severity: 'error' })) : [];
  const problems = [...(loaded.problems ?? []), ...raised];
  const warnings = strict === true ? [] : loaded.warnings;
  if (json === true) {
    console.log(JSON.stringify({ files, problems, warnings }, undefined, 2));
  } else {
    const remarks = [...problems, ...warnings];
    if (remarks.length > 0) console.error(formatProblems(remarks));
    const found = [...count(problems, 'problem'), ...count(warnings, 'warning')].join(', ');
    const read = files.length === 0 ? '' : `\nread: ${files.join(', ')}`;
    if (problems.length > 0) console.error(`${path}: ${found}${read}`);
    else console.log(`${path}: good${found === '' ? '' : ` with ${found}`}; it describes ${idsOf(loaded)}${read}`);
  }
  return problems.length === 0 ? EXIT.synchronised : EXIT.config;
}

/** The schema of a plugin's tables is in its code: announces that code before it runs. */
function announce(): ForeignCode {
  const told = new Set<string>();
  return ({ manifest: { name, version }, origin }) => {
    if (!told.has(origin)) {
      const named = harmless(`${name} ${version}`.trim());
      console.error(`runs code of ${named} (${harmless(origin)}) to check its tables; --no-plugins leaves it out`);
    }
    told.add(origin);
    return 'run';
  };
}

const count = ({ length }: readonly Problem[], noun: string): readonly string[] =>
  length === 0 ? [] : [`${length} ${noun}${length === 1 ? '' : 's'}`];

const idsOf = (loaded: LoadedHub): string =>
  loaded.problems === undefined ? loaded.plans.map(({ id }) => id).join(', ') : '';
