import type { Instant } from 'timehub/api';

/** Time without a pulse after which serial time is used, ns. */
const PATIENCE_NS = 4e9;

export type PpsMode = 'auto' | 'require' | 'off';

/**
 * Decides between pulses and serial time. gpsd numbers its pulses by the serial reports that it publishes as TOFF, so beside
 * pulses TOFF adds nothing but its large bias.
 */
export class PulsePreference {
  readonly #mode: PpsMode;
  #lastPulse: Instant | undefined;
  #since: Instant | undefined;

  constructor(mode: PpsMode) {
    this.#mode = mode;
  }

  /** To be called when the receiver is lost or changes: it waits for pulses again. */
  reset(): void {
    this.#lastPulse = undefined;
    this.#since = undefined;
  }

  takes(kind: 'TOFF' | 'PPS', now: Instant): boolean {
    this.#since ??= now;
    if (kind === 'PPS') {
      this.#lastPulse = now;
      return this.#mode !== 'off';
    }
    return this.#mode === 'off' || (this.#mode === 'auto' && this.lacksPulses(now));
  }

  /** Returns true if there is time but no pulse. */
  lacksPulses(now: Instant): boolean {
    const from = this.#lastPulse ?? this.#since;
    return from !== undefined && Number(now - from) > PATIENCE_NS;
  }
}
