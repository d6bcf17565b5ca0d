import type { Finding } from '../../kernel/config/diagnose/finding.js';
import type { KeyPath } from '../../kernel/config/diagnose/place-index.js';
import { checkLink } from './link-checks.js';
import { clocksOf, linksOf } from './places.js';
import type { Scenario } from './schema.js';

/** Finds errors that involve several tables. */
export function checkAcross(scenario: Scenario): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (path: KeyPath, message: string, hint?: string) =>
    findings.push({ code: 'TH_CFG_VALUE', path, at: 'value', message, hint });
  const named = (['server', 'pps', 'phc', 'ptp'] as const).flatMap((kind) =>
    scenario[kind].map(({ name }, index) => ({ name, path: [kind, index, 'name'] as KeyPath })),
  );
  const known = new Set<string>();
  for (const { name, path } of named) {
    if (known.has(name)) add(path, `two sources are called "${name}"`);
    known.add(name);
  }
  if (scenario['steady-from'] >= scenario.duration) add(['steady-from'], 'steady-from must be before the end');
  scenario.server.forEach((server, index) => {
    if (server.poll !== undefined && (server['poll-min'] ?? server['poll-max']) !== undefined)
      add(['server', index, 'poll'], 'poll is fixed: it excludes poll-min and poll-max');
  });
  for (const { path, link } of linksOf(scenario))
    for (const [key, message, hint] of checkLink(link)) add([...path, key], message, hint);
  for (const { path, clock } of clocksOf(scenario))
    if (clock.trace === undefined && clock.column !== undefined)
      add([...path, 'column'], 'a column belongs to a trace', 'trace = "frequencies.csv"');
  for (const name of Object.keys(scenario.limits?.sources ?? {})) {
    if (!known.has(name)) add(['limits', 'sources', name], `there is no source "${name}"`);
  }
  if (scenario.limits?.expect === 'miss' && scenario.limits.because === undefined)
    add(['limits', 'expect'], 'a known miss needs its reason', 'because = "…"');
  return findings;
}
