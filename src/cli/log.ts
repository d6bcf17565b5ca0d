import type { Logger } from '../api/index.js';
import type { LogLevel } from '../kernel/config/config.js';

export type LogFormat = 'text' | 'json';

/**
 * The daemon's log on standard error, one writer for all instances. JSON for a journal, a line of text for a person.
 * Synchronous: the last words of a dying process must come out.
 */
export async function createLog(level: LogLevel, format: LogFormat): Promise<(id: string) => Logger> {
  const { default: pino } = await import('pino');
  const destination =
    format === 'json'
      ? pino.destination({ fd: 2, sync: true })
      : { write: (line: string) => void process.stderr.write(toText(line)) };
  const root = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return (id) => {
    const child = root.child({ id });
    return {
      debug: (message, fields) => child.debug(fields ?? {}, message),
      info: (message, fields) => child.info(fields ?? {}, message),
      warn: (message, fields) => child.warn(fields ?? {}, message),
    };
  };
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug ', 40: 'warning ' };

function toText(line: string): string {
  const { level, time, id, msg, event: _event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${LEVELS[level as number] ?? ''}${id}: ${msg}${rest.join('')}\n`;
}
