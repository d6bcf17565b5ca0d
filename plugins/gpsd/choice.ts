import type { Instant } from 'timehub/api';

/** So long without a pulse, and serial time has to do. */
const PATIENCE_NS = 4e9;

export type PpsMode = 'auto' | 'require' | 'off';

/**
 * Which of the two kinds of comparison is handed on. gpsd numbers its pulses by the same serial reports that it publishes
 * as TOFF, so that beside pulses these say nothing new, and their large bias would only have to be explained away.
 */
export class Choice {
  readonly #mode: PpsMode;
  #lastPulse: Instant | undefined;
  #since: Instant | undefined;

  constructor(mode: PpsMode) {
    this.#mode = mode;
  }

  /** The receiver lost or changed: patience begins anew. */
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

  /** Good time is there, but no pulses. */
  lacksPulses(now: Instant): boolean {
    const from = this.#lastPulse ?? this.#since;
    return from !== undefined && Number(now - from) > PATIENCE_NS;
  }
}
