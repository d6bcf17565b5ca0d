import { closeSync, openSync, writeSync } from 'node:fs';
import { HubError } from '../../api/index.js';
import { type EventLog, toLine } from '../../kernel/event-log/event-log.js';

const CHUNK = 1 << 16;

/**
 * Opens an event log that is written synchronously: virtual time does not wait for a stream to drain. The path comes from the
 * operator's command line: links are followed, a FIFO is written to. Throws `TH_CLI_FILE`.
 */
export function recordTo(path: string, header: object): EventLog {
  const file = opened(path);
  let buffered = toLine({ type: 'header', ...header });
  const flush = (): void => {
    writeSync(file, buffered);
    buffered = '';
  };
  return {
    note: '',
    write(record) {
      buffered += toLine(record);
      if (buffered.length > CHUNK) flush();
    },
    async close() {
      flush();
      closeSync(file);
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, 'w', 0o640);
  } catch (cause) {
    throw new HubError('TH_CLI_FILE', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
