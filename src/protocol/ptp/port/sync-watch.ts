import type { Instant, Ns } from '../../../api/time.js';
import { intervalNs, NO_INTERVAL } from '../interval.js';

/** What a Sync may say of its interval, log2 of seconds. */
const FASTEST = -7;
const SLOWEST = 4;

/** Notices when Syncs stop: syncReceiptTimeout of 802.1AS-2020 §10.7.3.1. */
export class SyncWatch {
  readonly #intervals: number;
  #logInterval: number;
  #lastAt: Instant | undefined;
  /** Set while Syncs are expected. */
  dueAt: Instant | undefined;

  constructor(logInterval: number, intervals: number) {
    this.#logInterval = logInterval;
    this.#intervals = intervals;
  }

  get intervalNs(): Ns {
    return intervalNs(this.#logInterval);
  }

  get timeoutNs(): Ns {
    return this.#intervals * this.intervalNs;
  }

  /** Monotonic time of the last Sync. */
  get lastAt(): Instant | undefined {
    return this.#lastAt;
  }

  /** Syncs are expected from now on. */
  start(now: Instant): void {
    this.#lastAt = undefined;
    this.#restart(now);
  }

  stop(): void {
    this.dueAt = undefined;
  }

  take(statedLogInterval: number, now: Instant): void {
    if (statedLogInterval !== NO_INTERVAL) this.#logInterval = Math.min(SLOWEST, Math.max(FASTEST, statedLogInterval));
    this.#lastAt = now;
    this.#restart(now);
  }

  /** We have asked for this interval: the next Sync may take as long. */
  expect(logInterval: number, now: Instant): void {
    this.#logInterval = Math.max(this.#logInterval, logInterval);
    if (this.dueAt !== undefined) this.#restart(now);
  }

  #restart(now: Instant): void {
    this.dueAt = now + BigInt(Math.round(this.timeoutNs));
  }
}
