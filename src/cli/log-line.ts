import { type Priority, withPriority } from './journal-prefix.js';

export type LogFormat = 'text' | 'json';

/** pino's levels. */
const DEBUG = 20;
const WARNING = 40;

/** Returns the function that formats a line of pino: as JSON or as text, with a priority for journald. */
export function lineFormat(format: LogFormat, journal: boolean): (line: string) => string {
  const written = (line: string): string => (format === 'json' ? line : toText(line));
  return journal ? (line) => withPriority(written(line), priorityOf(line)) : written;
}

/** A change of mode that is no warning is a notice. */
function priorityOf(line: string): Priority {
  const { level, event } = JSON.parse(line) as { readonly level: number; readonly event?: string };
  if (level >= WARNING) return 'warning';
  if (level <= DEBUG) return 'debug';
  return event === 'mode' ? 'notice' : 'info';
}

const LEVELS: Readonly<Record<number, string>> = { [DEBUG]: 'debug ', [WARNING]: 'warning ' };

function toText(line: string): string {
  const { level, time, id, msg, event: _event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${LEVELS[level as number] ?? ''}${id}: ${msg}${rest.join('')}\n`;
}
