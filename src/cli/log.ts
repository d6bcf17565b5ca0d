import type { Logger } from '../api/index.js';
import type { LogLevel } from '../kernel/config/config.js';
import type { LogOutput } from '../kernel/log-output.js';
import { isJournal } from './journal-prefix.js';
import { type LogFormat, lineFormat } from './log-line.js';
import { BoundedOutput } from './output/bounded-output.js';
import { openOutput } from './output/descriptor.js';

export type { LogFormat } from './log-line.js';

export interface Log extends LogOutput {
  /** Returns the logger of an instance, or of the hub (`hub`). */
  of(id: string): Logger;
  /** Resolves when the last lines are written, or after a limit if their reader is slow. */
  close(): Promise<void>;
}

const PATIENCE_AT_THE_END_MS = 500;

/**
 * Opens the daemon's log on standard error, one writer for all instances. Lines are written at once if their reader permits, so
 * that those before a crash are not lost.
 */
export async function createLog(level: LogLevel, format: LogFormat): Promise<Log> {
  const { default: pino } = await import('pino');
  const written = lineFormat(format, isJournal(process.env, process.stderr));
  const output = new BoundedOutput(openOutput(2), (count, reason) => written(lossLine(count, reason)));
  const destination = { write: (line: string) => output.write(written(line)) };
  const root = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    of: (id) => {
      const child = root.child({ id });
      return {
        debug: (message, fields) => child.debug(fields ?? {}, message),
        info: (message, fields) => child.info(fields ?? {}, message),
        warn: (message, fields) => child.warn(fields ?? {}, message),
      };
    },
    get problem() {
      return output.problem === ''
        ? ''
        : `${output.lost} lines of the log on standard error are lost: ${output.problem}`;
    },
    get lost() {
      return output.lost;
    },
    close: () => output.close(PATIENCE_AT_THE_END_MS),
  };
}

const WARNING = 40;

/** Returns the line about lost lines, as pino writes it. */
const lossLine = (lost: number, reason: string): string => {
  const msg = `${lost} lines are missing from this log: ${reason}`;
  return `${JSON.stringify({ level: WARNING, time: new Date().toISOString(), id: 'hub', msg })}\n`;
};
