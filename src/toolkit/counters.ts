import type { Metrics } from '../api/context.js';

/** Counters, each a metric `<name>_total`; `counts` is for `inspect`. */
export class Counters<Name extends string> {
  readonly #counts = new Map<Name, number>();
  readonly #metrics = new Map<Name, (by?: number) => void>();

  /** `help`: description of each counter. */
  constructor(metrics: Metrics, help: Readonly<Record<Name, string>>) {
    for (const name of Object.keys(help) as Name[]) {
      this.#counts.set(name, 0);
      this.#metrics.set(name, metrics.counter(`${name}_total`, help[name]));
    }
  }

  count(name: Name): void {
    this.#counts.set(name, this.#counts.get(name)! + 1);
    this.#metrics.get(name)!();
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * A counter by reason: the metric `<name>_total` with the label `reason`; `counts` is for `inspect`. Every reason has its
 * series from the start, so that the number of series does not depend on input.
 */
export class ReasonCounters<Reason extends string> {
  readonly #counts = new Map<Reason, number>();
  readonly #metrics = new Map<Reason, (by?: number) => void>();

  constructor(metrics: Metrics, name: string, help: string, reasons: readonly Reason[]) {
    for (const reason of reasons) {
      this.#counts.set(reason, 0);
      this.#metrics.set(reason, metrics.counter(`${name}_total`, help, { reason }));
    }
  }

  count(reason: Reason): void {
    this.#counts.set(reason, this.#counts.get(reason)! + 1);
    this.#metrics.get(reason)!();
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
