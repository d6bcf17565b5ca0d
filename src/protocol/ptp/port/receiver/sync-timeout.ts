import type { Instant, Ns } from '../../../../api/time.js';
import { boundedInterval, intervalNs, NO_INTERVAL } from '../../interval.js';
import { isDue } from '../action.js';

/** Longest interval that a Sync may state, log2 of seconds. */
const SLOWEST = 4;

/** Detects that Syncs have stopped (syncReceiptTimeout, 802.1AS-2020 §10.7.3.1). */
export class SyncTimeout {
  readonly #intervals: number;
  readonly #leastNs: Ns;
  #logInterval: number;
  #lastAt: Instant | undefined;
  /** A requested interval, which the timeTransmitter may not use yet. */
  #asked: { readonly logInterval: number; readonly until: Instant } | undefined;
  /** End of the timeout. Undefined while no Syncs are expected. */
  dueAt: Instant | undefined;
  /** Number of timeouts. */
  count = 0;

  /** `leastNs`: minimum timeout. */
  constructor(logInterval: number, intervals: number, leastNs: Ns = 0) {
    this.#leastNs = leastNs;
    this.#logInterval = logInterval;
    this.#intervals = intervals;
  }

  /** log2 of seconds. */
  get logInterval(): number {
    return this.#logInterval;
  }

  get intervalNs(): Ns {
    return intervalNs(this.#logInterval);
  }

  get timeoutNs(): Ns {
    const slower = Math.max(this.#logInterval, this.#asked?.logInterval ?? this.#logInterval);
    return Math.max(this.#leastNs, this.#intervals * intervalNs(slower));
  }

  /** Monotonic time of the last Sync. */
  get lastAt(): Instant | undefined {
    return this.#lastAt;
  }

  /** Expects Syncs from now on. */
  start(now: Instant): void {
    this.#lastAt = undefined;
    this.#restart(now);
  }

  stop(): void {
    this.dueAt = undefined;
  }

  syncReceived(statedLogInterval: number, now: Instant): void {
    if (statedLogInterval !== NO_INTERVAL) this.#logInterval = boundedInterval(statedLogInterval, SLOWEST);
    this.#lastAt = now;
    this.#restart(now);
  }

  /** Allows for a requested interval, log2 of seconds, until Syncs can have changed to it. */
  expect(logInterval: number, now: Instant): void {
    this.#asked = { logInterval, until: now + BigInt(Math.round(this.#intervals * intervalNs(logInterval))) };
    if (this.dueAt !== undefined) this.#restart(now);
  }

  #restart(now: Instant): void {
    if (isDue(this.#asked?.until, now)) this.#asked = undefined;
    this.dueAt = now + BigInt(Math.round(this.timeoutNs));
  }
}
