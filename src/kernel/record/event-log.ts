import { constants, createWriteStream, type WriteStream } from 'node:fs';

/** Where inputs and decisions are written down, for replay. */
export interface Journal {
  write(record: object): void;
  /** Empty, or what the operator should know: the disk is full, lines were dropped. */
  readonly note: string;
  close(): Promise<void>;
}

export const NO_JOURNAL: Journal = { write() {}, note: '', close: async () => {} };

/** Held in memory at most while the disk is slow; beyond it lines are dropped, counted and marked. */
const BACKLOG_OCTETS = 8 << 20;

/** A FIFO without a reader is an error then, and holds up nothing: a thread that waits for it would outlive the process. */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK;

const SPECIAL: ReadonlyMap<unknown, number> = new Map([
  ['Infinity#', Number.POSITIVE_INFINITY],
  ['-Infinity#', Number.NEGATIVE_INFINITY],
  ['NaN#', Number.NaN],
  ['-0#', -0],
]);

/** One record as a line. What JSON has no word for is a text: `"123n"` an instant, `"Infinity#"`, `"NaN#"`, `"-0#"` a number. */
export const toLine = (record: object): string => `${JSON.stringify(record, (_key, value) => encode(value))}\n`;

/** Reads a line of `toLine` back, to the last bit. Throws SyntaxError. */
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
 * The event log: JSON Lines, appended. A disk that is full or gone stops the log, never the hub; it starts again, with a
 * record `gap` that says how many lines are missing, at the next line that can be written.
 */
export class FileJournal implements Journal {
  readonly #path: string;
  #stream: WriteStream;
  #dropped = 0;
  #fault = '';

  constructor(path: string, header: object) {
    this.#path = path;
    this.#stream = this.#open();
    this.write({ type: 'header', ...header });
  }

  get note(): string {
    if (this.#fault !== '')
      return `the event log ${this.#path} cannot be written: ${this.#fault}; ${this.#dropped} lines are missing`;
    return this.#dropped > 0 ? `the event log ${this.#path} lost ${this.#dropped} lines: the disk is too slow` : '';
  }

  write(record: object): void {
    if (this.#stream.destroyed) this.#stream = this.#open();
    if (this.#fault !== '' || this.#stream.writableLength > BACKLOG_OCTETS) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) this.#stream.write(toLine({ type: 'gap', dropped: this.#dropped }));
    this.#dropped = 0;
    this.#stream.write(toLine(record));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.destroyed) resolve();
      else this.#stream.once('error', () => resolve()).end(() => resolve());
    });
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: OPEN_FLAGS as unknown as string, mode: 0o640 });
    stream.on('open', () => {
      this.#fault = '';
    });
    stream.on('error', (error) => {
      this.#fault = error.message;
    });
    return stream;
  }
}
