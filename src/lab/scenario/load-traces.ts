import { resolve } from 'node:path';
import type { Finding } from '../../kernel/config/diagnose/finding.js';
import type { KeyPath } from '../../kernel/config/diagnose/place-index.js';
import type { TraceFile } from './link-schema.js';
import type { Scenario } from './schema.js';
import { DELAYS, FREQUENCIES, readTrace, type TraceFormat } from './trace-file.js';

/** Reads the files of all traces of a scenario into its settings. Paths are relative to `folder`. */
export function loadTraces(scenario: Scenario, folder: string): readonly Finding[] {
  const findings: Finding[] = [];
  const read = new Map<string, ReturnType<typeof readTrace>>();
  const load = (path: KeyPath, trace: TraceFile | undefined, column = 1, format: TraceFormat = DELAYS): void => {
    if (trace === undefined) return;
    const key = JSON.stringify([trace.file, column, format.what]);
    const result = read.get(key) ?? readTrace(resolve(folder, trace.file), column, format);
    read.set(key, result);
    if (result.values !== undefined) trace.values = result.values;
    else findings.push({ code: 'TH_CFG_VALUE', path, at: 'value', message: result.fault, hint: result.remedy });
  };
  load(['clock', 'trace'], scenario.clock.trace, scenario.clock.column, FREQUENCIES);
  for (const [index, { trace, column }] of scenario.phc.entries())
    load(['phc', index, 'trace'], trace, column, FREQUENCIES);
  for (const kind of ['server', 'ptp'] as const)
    for (const [index, { up, down }] of scenario[kind].entries())
      for (const [direction, link] of [
        ['up', up],
        ['down', down],
      ] as const)
        load([kind, index, direction, 'trace'], link?.trace, link?.column);
  return findings;
}
