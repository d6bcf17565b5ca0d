import type { Instant } from '../../../api/time.js';
import { intervalNs } from '../interval.js';
import { isDue } from './action.js';

/** Something done at an even interval. Coming late loses no step of it, coming very late makes no burst. */
export class IntervalTimer {
  #logInterval: number;
  #halted = false;
  dueAt: Instant | undefined;
  /** Times that it was time. */
  count = 0;

  constructor(logInterval: number) {
    this.#logInterval = logInterval;
  }

  get logInterval(): number {
    return this.#logInterval;
  }

  /** Due at once, unless it runs or is halted. */
  start(now: Instant): void {
    if (!this.#halted) this.dueAt ??= now;
  }

  stop(): void {
    this.dueAt = undefined;
  }

  /** Stopped until `resume`, whoever starts it. */
  halt(): void {
    this.#halted = true;
    this.stop();
  }

  resume(): void {
    this.#halted = false;
  }

  /** Another interval, from now on. */
  change(logInterval: number, now: Instant): void {
    if (logInterval === this.#logInterval) return;
    this.#logInterval = logInterval;
    if (this.dueAt !== undefined) this.dueAt = now + this.#ns;
  }

  /** True: it is time. */
  take(now: Instant): boolean {
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
