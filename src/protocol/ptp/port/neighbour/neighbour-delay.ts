import type { Ns } from '../../../../api/time.js';

/** Exchanges of the median. A link does not change while it is up. */
const WINDOW = 10;
/** Standard error of a median against that of a mean of the same normal samples. */
const MEDIAN_LOSS = 1.25;

/** meanLinkDelay (802.1AS-2020 §10.2.5.8) as a moving median, which a few late stamps do not change. */
export class NeighbourDelay {
  #samples: readonly Ns[] = [];

  add(delayNs: Ns): void {
    this.#samples = [...this.#samples, delayNs].slice(-WINDOW);
  }

  clear(): void {
    this.#samples = [];
  }

  get count(): number {
    return this.#samples.length;
  }

  /** Returns true once the window is full: more exchanges do not improve the delay. */
  get isSettled(): boolean {
    return this.#samples.length === WINDOW;
  }

  /** NaN before the first exchange. */
  get delayNs(): Ns {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    if (sorted.length % 2 === 1) return sorted[middle]!;
    return sorted.length === 0 ? Number.NaN : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }

  /**
   * Returns one sigma of `delayNs`: half of the 68 % confidence interval of the median by order statistics, which late
   * stamps do not widen. `floorNs`: one sigma of a stamp.
   */
  noiseNs(floorNs: Ns): Ns {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const n = sorted.length;
    const reach = Math.sqrt(n) / 2;
    const stretch = between(sorted, (n - 1) / 2 + reach) - between(sorted, (n - 1) / 2 - reach);
    return Math.max(stretch / 2, (MEDIAN_LOSS * floorNs) / Math.sqrt(Math.max(1, n)));
  }
}

/** Returns the interpolated element at a fractional index, limited to the first and the last. */
function between(sorted: readonly Ns[], index: number): Ns {
  const at = Math.min(Math.max(index, 0), sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}
