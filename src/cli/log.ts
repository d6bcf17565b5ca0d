import type { Logger } from '../api/index.js';
import type { LogLevel } from '../kernel/config/config.js';
import { isJournal } from './journal-prefix.js';
import { type LogFormat, lineFormat } from './log-line.js';

export type { LogFormat } from './log-line.js';

/**
 * The daemon's log on standard error, one writer for all instances. JSON for a journal, a line of text for a person.
 * Synchronous: the last words of a dying process must come out.
 */
export async function createLog(level: LogLevel, format: LogFormat): Promise<(id: string) => Logger> {
  const { default: pino } = await import('pino');
  const written = lineFormat(format, isJournal(process.env, process.stderr));
  const destination = { write: (line: string) => void process.stderr.write(written(line)) };
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
