import type { Fix } from './records.js';

/** gpsd's own advice: no time before three epochs in a row with a full fix. */
export const EPOCHS_TO_TRUST = 3;

const SURVEYED = 7;

/**
 * Whether a receiver's time is to be trusted. Counts epochs, not records: several TPV come in one epoch and the first is
 * often the poorest. A fix without altitude keeps a trust once won but does not win it; no fix loses it.
 */
export class FixQuality {
  #epochs = 0;
  #epoch: bigint | undefined;
  #best = 0;

  /** The best mode of the present epoch: 0 unknown, 1 none, 2 without altitude, 3 full. */
  get mode(): number {
    return this.#best;
  }

  get epochs(): number {
    return this.#epochs;
  }

  get trusted(): boolean {
    return this.#epochs >= EPOCHS_TO_TRUST;
  }

  add(fix: Fix): void {
    const mode = fix.mode >= 2 && fix.status === SURVEYED ? 3 : fix.mode;
    if (fix.time === undefined) {
      if (mode < 2) this.reset();
      this.#best = mode;
      return;
    }
    if (fix.time !== this.#epoch) this.#begin(fix.time);
    if (mode >= 3 && this.#best < 3) this.#epochs = Math.min(this.#epochs + 1, EPOCHS_TO_TRUST);
    this.#best = Math.max(this.#best, mode);
  }

  reset(): void {
    this.#epochs = 0;
    this.#epoch = undefined;
    this.#best = 0;
  }

  #begin(epoch: bigint): void {
    const judged = this.#epoch !== undefined;
    if (judged && (this.#best < 2 || (this.#best < 3 && !this.trusted))) this.#epochs = 0;
    this.#epoch = epoch;
    this.#best = 0;
  }
}
