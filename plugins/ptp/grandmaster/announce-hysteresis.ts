import type { Instant, Ns } from 'timehub/api';
import type { GrandmasterData } from 'timehub/protocol/ptp';

/**
 * Announces a worse quality at once and a better one after a time, so that a GNSS receiver with poor reception does not cause
 * a new election every few seconds.
 */
export class AnnounceHysteresis {
  readonly #settleNs: Ns;
  #announced: GrandmasterData | undefined;
  /** Start of the time in which the present quality has been better than the announced one. */
  #betterSince: Instant | undefined;

  constructor(settleNs: Ns) {
    this.#settleNs = settleNs;
  }

  /** Returns the data to announce. `present`: the data of the present time state. */
  apply(present: GrandmasterData, now: Instant): GrandmasterData {
    const before = this.#announced;
    if (before === undefined || !isBetter(present, before)) return this.#settle(present);
    this.#betterSince ??= now;
    if (Number(now - this.#betterSince) >= this.#settleNs) return this.#settle(present);
    // All that is not quality is announced at once, such as leap seconds.
    const { flags, currentUtcOffset, power, tlvs } = present;
    const { timeTraceable, frequencyTraceable } = before.flags;
    this.#announced = {
      ...{ ...before, currentUtcOffset },
      ...(power === undefined ? {} : { power }),
      ...(tlvs === undefined ? {} : { tlvs }),
      flags: { ...flags, timeTraceable, frequencyTraceable },
    };
    return this.#announced;
  }

  #settle(present: GrandmasterData): GrandmasterData {
    this.#announced = present;
    this.#betterSince = undefined;
    return present;
  }
}

/** Returns true for a lower class, or an equal class and a lower accuracy code, of the same grandmaster. */
function isBetter(present: GrandmasterData, before: GrandmasterData): boolean {
  if (present.grandmaster !== before.grandmaster) return false;
  const byClass = present.quality.clockClass - before.quality.clockClass;
  return byClass === 0 ? present.quality.accuracy < before.quality.accuracy : byClass < 0;
}
