import { resolve } from 'node:path';
import type { Finding } from '../../kernel/config/diagnose/finding.js';
import type { KeyPath } from '../../kernel/config/diagnose/place-index.js';
import type { TraceFile } from './link-schema.js';
import { clocksOf, linksOf } from './places.js';
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
  for (const { path, clock } of clocksOf(scenario)) load([...path, 'trace'], clock.trace, clock.column, FREQUENCIES);
  for (const { path, link } of linksOf(scenario)) load([...path, 'trace'], link.trace, link.column);
  return findings;
}
