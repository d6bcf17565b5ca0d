import type { Fix } from './records.js';

/** gpsd's own advice (gpsd_json(5), TPV): no time before three epochs in a row with a full fix. */
export const EPOCHS_TO_TRUST = 3;
/** The same for fixes without altitude. gpsd itself gives the time to ntpd after four fixes of any mode (NTP_MIN_FIXES). */
export const FLAT_EPOCHS_TO_TRUST = 5;

/** A fix counts as one without altitude for this many epochs after the last such epoch. */
const FLAT_MEMORY_EPOCHS = 10;
/** Records in a row that state no mode, after which the last known mode is no longer believed. */
const MOST_WITHOUT_MODE = 10;

const SURVEYED = 7;

/**
 * Decides whether a receiver's time is trusted. It counts epochs, not records: several TPV come in one epoch and the first is
 * often the poorest. Some receivers never send an altitude (RMC or ZDA only), so fixes without one count too, but more of
 * them are needed. A fix of any mode keeps the trust once won; no fix loses it. A record of mode 0 states nothing.
 */
export class FixQuality {
  #full = 0;
  #any = 0;
  #isTrusted = false;
  #epoch: bigint | undefined;
  #best = 0;
  #before = 0;
  #sinceFlat = FLAT_MEMORY_EPOCHS;
  #withoutMode = 0;

  /** The better mode of the present epoch and the one before it: 0 unknown, 1 none, 2 without altitude, 3 full. */
  get mode(): number {
    return Math.max(this.#best, this.#before);
  }

  /** Epochs in a row with a fix of any mode, at most `FLAT_EPOCHS_TO_TRUST`. */
  get epochs(): number {
    return this.#any;
  }

  /** Epochs in a row with a full fix, at most `EPOCHS_TO_TRUST`. */
  get fullEpochs(): number {
    return this.#full;
  }

  get trusted(): boolean {
    return this.#isTrusted;
  }

  /** True while the present epoch states that there is no fix: the trust is lost unless a later record of it says otherwise. */
  get denied(): boolean {
    return this.#best === 1;
  }

  /** True when there were fixes without altitude lately. */
  get flat(): boolean {
    return this.#sinceFlat < FLAT_MEMORY_EPOCHS;
  }

  add(fix: Fix): void {
    const mode = fix.mode >= 2 && fix.status === SURVEYED ? 3 : fix.mode;
    if (mode < 1) {
      if (++this.#withoutMode > MOST_WITHOUT_MODE) this.reset();
      return;
    }
    this.#withoutMode = 0;
    if (fix.time === undefined) {
      if (mode < 2) this.reset();
      this.#best = mode;
      return;
    }
    if (fix.time !== this.#epoch) this.#begin(fix.time);
    if (mode >= 2 && this.#best < 2) this.#any = Math.min(this.#any + 1, FLAT_EPOCHS_TO_TRUST);
    if (mode >= 3 && this.#best < 3) this.#full = Math.min(this.#full + 1, EPOCHS_TO_TRUST);
    this.#best = Math.max(this.#best, mode);
    if (this.#full >= EPOCHS_TO_TRUST || this.#any >= FLAT_EPOCHS_TO_TRUST) this.#isTrusted = true;
  }

  reset(): void {
    this.#lose();
    this.#epoch = undefined;
    this.#best = 0;
    this.#before = 0;
    this.#sinceFlat = FLAT_MEMORY_EPOCHS;
    this.#withoutMode = 0;
  }

  #begin(epoch: bigint): void {
    if (this.#epoch !== undefined) this.#judge();
    this.#epoch = epoch;
    this.#before = this.#best;
    this.#best = 0;
  }

  /** Draws the conclusions from an epoch that is complete. */
  #judge(): void {
    if (this.#best < 2) this.#lose();
    else if (this.#best < 3) {
      this.#full = 0;
      this.#sinceFlat = 0;
    } else if (this.#sinceFlat < FLAT_MEMORY_EPOCHS) this.#sinceFlat++;
  }

  #lose(): void {
    this.#full = 0;
    this.#any = 0;
    this.#isTrusted = false;
  }
}
