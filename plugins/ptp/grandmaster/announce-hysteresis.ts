import type { Instant, Ns } from 'timehub/api';
import type { GrandmasterData } from 'timehub/protocol/ptp';

/**
 * Announces a worse quality at once and a better one only when it has lasted: a receiver at the edge of its antenna's sight
 * must not make a network elect anew every few seconds.
 */
export class AnnounceHysteresis {
  readonly #settleNs: Ns;
  #announced: GrandmasterData | undefined;
  /** Since when all that was offered is better than what is announced. */
  #betterSince: Instant | undefined;

  constructor(settleNs: Ns) {
    this.#settleNs = settleNs;
  }

  /** What to announce, given what the hub is worth now. */
  take(offered: GrandmasterData, now: Instant): GrandmasterData {
    const before = this.#announced;
    if (before === undefined || !isBetter(offered, before)) return this.#settle(offered);
    this.#betterSince ??= now;
    if (Number(now - this.#betterSince) >= this.#settleNs) return this.#settle(offered);
    // The rest is no question of quality: leap seconds are told at once, and a worse accuracy within a better class.
    const { flags, currentUtcOffset, power, tlvs } = offered;
    const { timeTraceable, frequencyTraceable } = before.flags;
    this.#announced = {
      ...{
        ...before,
        currentUtcOffset,
        ...(power === undefined ? {} : { power }),
        ...(tlvs === undefined ? {} : { tlvs }),
      },
      flags: { ...flags, timeTraceable, frequencyTraceable },
    };
    return this.#announced;
  }

  #settle(offered: GrandmasterData): GrandmasterData {
    this.#announced = offered;
    this.#betterSince = undefined;
    return offered;
  }
}

/** Of one grandmaster: class and then accuracy, the lower the better. Another grandmaster is another story. */
function isBetter(offered: GrandmasterData, before: GrandmasterData): boolean {
  if (offered.grandmaster !== before.grandmaster) return false;
  const byClass = offered.quality.clockClass - before.quality.clockClass;
  return byClass === 0 ? offered.quality.accuracy < before.quality.accuracy : byClass < 0;
}
