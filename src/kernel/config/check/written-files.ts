import { lstatSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writtenFault } from '../../../files/own-file.js';
import { type Weakness, weaknessesIfThere } from '../../../files/weakness.js';
import type { Finding } from '../diagnose/finding.js';
import type { ConfigDocument } from '../read/document.js';
import { isTable } from '../toml-value.js';

/** Returns warnings for paths in `[hub]` that the hub will refuse to write, or that other users can change. */
export function checkWrittenFiles({ tree, directory }: ConfigDocument): readonly Finding[] {
  const at = (key: 'state-dir' | 'event-log'): string | undefined => {
    const text = isTable(tree.hub) ? tree.hub[key] : undefined;
    return typeof text === 'string' && !text.includes('\0') ? resolve(directory, text) : undefined;
  };
  const folder = at('state-dir');
  const log = at('event-log');
  return [
    ...(folder === undefined ? [] : weaknessesIfThere(folder).map((weakness) => changeable('state-dir', weakness))),
    ...(log === undefined ? [] : weaknessesIfThere(dirname(log)).map((weakness) => changeable('event-log', weakness))),
    ...(log === undefined ? [] : refusedLog(log)),
  ];
}

const changeable = (key: string, { path, message, hint }: Weakness): Finding => ({
  ...{ code: 'TH_CFG_UNSAFE', severity: 'warning', path: ['hub', key], at: 'value' },
  ...{ message: `${path}: ${message}`, hint },
});

function refusedLog(path: string): readonly Finding[] {
  const found = lookedUp(path);
  const fault = found === undefined ? undefined : writtenFault(path, found);
  if (fault === undefined) return [];
  const message = `the event log will not be written: ${fault.message}`;
  return [{ code: 'TH_CFG_UNSAFE', severity: 'warning', path: ['hub', 'event-log'], at: 'value', message }];
}

/** Returns undefined if the file does not exist yet, or this user may not look at it. */
function lookedUp(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
