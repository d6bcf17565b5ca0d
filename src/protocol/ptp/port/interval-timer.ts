import type { Instant } from '../../../api/time.js';
import { intervalNs } from '../interval.js';
import { isDue } from './action.js';

/** A timer with an even interval. A late call shifts no later due time, and a very late one causes no burst. */
export class IntervalTimer {
  #logInterval: number;
  #halted = false;
  dueAt: Instant | undefined;
  /** Number of times that the timer was due. */
  count = 0;

  constructor(logInterval: number) {
    this.#logInterval = logInterval;
  }

  get logInterval(): number {
    return this.#logInterval;
  }

  /** Makes the timer due at once, unless it runs or is halted. */
  start(now: Instant): void {
    if (!this.#halted) this.dueAt ??= now;
  }

  stop(): void {
    this.dueAt = undefined;
  }

  /** Stops the timer; `start` has no effect until `resume`. */
  halt(): void {
    this.#halted = true;
    this.stop();
  }

  resume(): void {
    this.#halted = false;
  }

  /** Changes the interval from now on, log2 of seconds. */
  change(logInterval: number, now: Instant): void {
    if (logInterval === this.#logInterval) return;
    this.#logInterval = logInterval;
    if (this.dueAt !== undefined) this.dueAt = now + this.#ns;
  }

  /** Returns true if the timer is due, and sets the next due time. */
  fire(now: Instant): boolean {
    if (!isDue(this.dueAt, now)) return false;
    this.count++;
    const next = this.dueAt! + this.#ns;
    this.dueAt = next > now ? next : now + this.#ns;
    return true;
  }

  get #ns(): bigint {
    return BigInt(Math.round(intervalNs(this.#logInterval)));
  }
}
