import type { WriteStream } from 'node:fs';
import { appendTo } from '../../files/append-file.js';
import { type Storage, StorageEvents } from '../events/storage-events.js';
import type { UntimedEvent } from '../events/untimed-event.js';

/** A log of all inputs and decisions, for replay. */
export interface EventLog extends Storage {
  write(record: object): void;
  close(): Promise<void>;
}

export const NO_EVENT_LOG: EventLog = { write() {}, note: '', close: async () => {} };

/** Maximum size of the lines that wait for a slow disk. Further lines are dropped and counted in a record `gap`. */
const BACKLOG_OCTETS = 8 << 20;

const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ['Infinity#', Number.POSITIVE_INFINITY],
  ['-Infinity#', Number.NEGATIVE_INFINITY],
  ['NaN#', Number.NaN],
  ['-0#', -0],
]);

/** Returns a record as a line. Values that JSON lacks are texts: `"123n"` an instant, `"Infinity#"`, `"NaN#"`, `"-0#"` numbers. */
export const toLine = (record: object): string => `${JSON.stringify(record, (_key, value) => encode(value))}\n`;

/** Returns the record of a line, exact to the last bit. Throws SyntaxError. */
export const fromLine = (line: string): unknown => JSON.parse(line, (_key, value) => decode(value));

function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? '-0#' : `${value}#`;
}

function decode(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : (SPECIAL.get(value) ?? value);
}

/**
 * The event log: JSON Lines, appended. A full or missing disk stops the log, never the hub. Each line tries again: the first
 * one that can be written follows a record `gap` with the number of missing lines.
 */
export class EventLogFile implements EventLog {
  readonly #path: string;
  readonly #append: (path: string) => WriteStream;
  readonly #events = new StorageEvents('event-log');
  #stream: WriteStream;
  /** Number of lines lost since the last one that was written. */
  #missing = 0;
  #gapIsUnderWay = false;
  #fault = '';

  /** `append` opens the file. */
  constructor(path: string, header: object, append = appendTo) {
    this.#path = path;
    this.#append = append;
    this.#stream = this.#open();
    this.write({ type: 'header', ...header });
  }

  get note(): string {
    if (this.#fault === '') return '';
    return `the event log ${this.#path} cannot be written: ${this.#fault}; ${this.#missing} lines are missing`;
  }

  watch(handler: (event: UntimedEvent) => void): void {
    this.#events.watch(handler);
  }

  write(record: object): void {
    if (this.#stream.destroyed) this.#stream = this.#open();
    if (this.#stream.writableLength > BACKLOG_OCTETS) {
      this.#missing++;
      this.#fail('the disk is too slow');
      return;
    }
    const gap = this.#missing > 0 && !this.#gapIsUnderWay ? this.#missing : 0;
    if (gap > 0) this.#gapIsUnderWay = true;
    // A full disk may have cut off the end of the last line.
    const before = gap > 0 ? `\n${toLine({ type: 'gap', dropped: gap })}` : '';
    this.#stream.write(before + toLine(record), (error) => {
      if (gap > 0) this.#gapIsUnderWay = false;
      if (error) this.#missing++;
      else if (gap > 0) this.#recover(gap);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.destroyed) resolve();
      else this.#stream.once('error', () => resolve()).end(() => resolve());
    });
  }

  #open(): WriteStream {
    const stream = this.#append(this.#path);
    stream.on('error', (error) => this.#fail(error.message));
    return stream;
  }

  #fail(fault: string): void {
    this.#fault = fault;
    const lost = 'observations and decisions from now on are missing in it, and a replay ends here';
    this.#events.report(`${this.#path} cannot be written: ${fault}; ${lost}`, '');
  }

  #recover(gap: number): void {
    this.#missing -= gap;
    this.#fault = '';
    this.#events.report('', `${this.#path} is written again; ${gap} lines are missing`);
  }
}
