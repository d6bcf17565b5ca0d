import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputTarget } from './descriptor.js';
import { LineLimiter } from './line-limiter.js';

/** Maximum size of the lines that wait for a slow reader. */
const WAITING_OCTETS = 256 << 10;
const RETRY_MS = 100;
/** Maximum number of lines at once. */
const BURST_LINES = 1000;
/** Maximum number of lines per second in the long run. */
const LINES_PER_S = 50;
const CLOSE_RETRY_MS = 20;
const REPORT_INTERVAL_MS = 10_000;

export interface Clockwork {
  /** Monotonic time, ms. */
  now(): number;
  /** Calls `work` once. The timer does not keep the process alive. Returns the function that cancels it. */
  after(delayMs: number, work: () => void): () => void;
}

interface Entry {
  readonly octets: Buffer;
  /** Number of lost lines that this entry reports; 0 for a line of the log. */
  readonly reports: number;
  /** True if its beginning is written. */
  readonly begun: boolean;
}

/** Returns the line that reports the loss of `count` lines. */
export type LossLine = (count: number, reason: string) => string;

/**
 * Writes lines to an output that may be slow, full, closed or gone. It never throws and never waits: up to 256 KiB wait in
 * memory, further lines are lost, and so are lines above 50 a second in the long run. A line in the output reports the number
 * of lost lines as soon as it takes lines again, at most every 10 s.
 */
export class BoundedOutput {
  readonly #target: OutputTarget;
  readonly #clockwork: Clockwork;
  readonly #lossLine: LossLine;
  #waiting: Entry[] = [];
  #waitingOctets = 0;
  /** True if the last line was cut off: the next one must not continue it. */
  #cut = false;
  #failing = false;
  #lost = 0;
  #unreported = 0;
  #reason = '';
  #reportedAt = Number.NEGATIVE_INFINITY;
  readonly #limiter: LineLimiter;
  #cancelRetry: (() => void) | undefined;

  constructor(target: OutputTarget, lossLine: LossLine, clockwork: Clockwork = realTime) {
    this.#target = target;
    this.#lossLine = lossLine;
    this.#clockwork = clockwork;
    this.#limiter = new LineLimiter(BURST_LINES, LINES_PER_S, clockwork.now());
  }

  /** Lines lost since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** True if the last attempt to write failed for another reason than a slow reader. */
  get failing(): boolean {
    return this.#failing;
  }

  /** True if all accepted lines are written. */
  get idle(): boolean {
    return this.#waiting.length === 0;
  }

  /** The reason why lines are being lost, or empty. */
  get problem(): string {
    return this.#failing || (!this.idle && this.#unreported > 0) ? this.#reason : '';
  }

  write(line: string): void {
    this.#report();
    if (!this.#limiter.take(this.#clockwork.now())) this.#lose(`there are more than ${LINES_PER_S} lines a second`);
    else if (this.#waitingOctets > WAITING_OCTETS) this.#lose('it is not read');
    else this.#accept(line, 0);
    this.#attend();
  }

  /** Resolves when everything is written, or after `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    const deadline = this.#clockwork.now() + patienceMs;
    this.#drain();
    while (!this.idle && this.#clockwork.now() < deadline) {
      await sleep(CLOSE_RETRY_MS);
      this.#drain();
    }
    this.#cancelRetry?.();
  }

  #accept(line: string, reports: number): void {
    const octets = Buffer.from(line);
    this.#waiting.push({ octets, reports, begun: false });
    this.#waitingOctets += octets.length;
    this.#drain();
  }

  #drain(): void {
    try {
      while (!this.idle) {
        if (this.#cut) this.#cut = this.#target.write(NEW_LINE) === 0;
        const taken = this.#target.write(this.#waiting[0]!.octets);
        if (taken === 0) return;
        this.#taken(taken);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'EINTR') this.#fail(code ?? String(error));
    }
  }

  #taken(count: number): void {
    const entry = this.#waiting[0]!;
    this.#failing = false;
    this.#waitingOctets -= count;
    if (count === entry.octets.length) this.#waiting.shift();
    else this.#waiting[0] = { ...entry, octets: entry.octets.subarray(count), begun: true };
  }

  /** Drops the waiting lines of an output that fails: it may never come back. */
  #fail(code: string): void {
    this.#failing = true;
    this.#cut ||= this.#waiting[0]?.begun === true;
    this.#reason = FAULTS[code] ?? `it cannot be written (${code})`;
    for (const { reports } of this.#waiting) {
      if (reports === 0) this.#lose(this.#reason);
      this.#unreported += reports;
    }
    this.#waiting = [];
    this.#waitingOctets = 0;
  }

  #lose(reason: string): void {
    this.#lost++;
    this.#unreported++;
    if (!this.#failing) this.#reason = reason;
  }

  #report(): void {
    const now = this.#clockwork.now();
    if (this.#unreported === 0 || !this.idle || now - this.#reportedAt < REPORT_INTERVAL_MS) return;
    const reports = this.#unreported;
    this.#unreported = 0;
    this.#accept(this.#lossLine(reports, this.#reason), reports);
    if (!this.#failing) this.#reportedAt = now;
  }

  /** Sets the timer while there is work left. */
  #attend(): void {
    if (this.#cancelRetry !== undefined || (this.idle && this.#unreported === 0)) return;
    this.#cancelRetry = this.#clockwork.after(this.idle ? REPORT_INTERVAL_MS : RETRY_MS, () => {
      this.#cancelRetry = undefined;
      this.#drain();
      this.#report();
      this.#attend();
    });
  }
}

const NEW_LINE = Buffer.from('\n');

/** Reasons by errno. */
const FAULTS: Readonly<Record<string, string>> = {
  EPIPE: 'its reader has ended',
  EIO: 'its terminal is closed',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk quota is used up',
};

const realTime: Clockwork = {
  now: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
