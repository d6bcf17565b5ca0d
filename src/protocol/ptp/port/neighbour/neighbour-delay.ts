import type { Ns } from '../../../../api/time.js';

/** Exchanges that the delay is taken from. A link does not change while it is up. */
const WINDOW = 10;
/** Standard error of a median against that of a mean of the same normal samples. */
const MEDIAN_LOSS = 1.25;

/** meanLinkDelay (802.1AS-2020 §10.2.5.8): a moving median, which a few late stamps do not move. */
export class NeighbourDelay {
  #samples: readonly Ns[] = [];

  take(delayNs: Ns): void {
    this.#samples = [...this.#samples, delayNs].slice(-WINDOW);
  }

  clear(): void {
    this.#samples = [];
  }

  get count(): number {
    return this.#samples.length;
  }

  /** As good as it gets. */
  get isSettled(): boolean {
    return this.#samples.length === WINDOW;
  }

  /** NaN before the first. */
  get delayNs(): Ns {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    if (sorted.length % 2 === 1) return sorted[middle]!;
    return sorted.length === 0 ? Number.NaN : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  /**
   * One standard deviation of `delayNs`: half of the stretch that the median lies in with that chance, by the order of the
   * samples, so that late stamps do not widen it either. `floorNs`: that of one stamp.
   */
  noiseNs(floorNs: Ns): Ns {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const n = sorted.length;
    const reach = Math.sqrt(n) / 2;
    const stretch = between(sorted, (n - 1) / 2 + reach) - between(sorted, (n - 1) / 2 - reach);
    return Math.max(stretch / 2, (MEDIAN_LOSS * floorNs) / Math.sqrt(Math.max(1, n)));
  }
}

/** The element at a broken index, the first or the last where there is none. */
function between(sorted: readonly Ns[], index: number): Ns {
  const at = Math.min(Math.max(index, 0), sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}
