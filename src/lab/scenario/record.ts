import { closeSync, openSync, writeSync } from 'node:fs';
import { type Journal, toLine } from '../../kernel/record/event-log.js';

const CHUNK = 1 << 16;

/** An event log that is written at once: virtual time would not wait for a stream to drain. */
export function recordTo(path: string, header: object): Journal {
  const file = openSync(path, 'w', 0o640);
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
