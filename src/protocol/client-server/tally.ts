import type { Metrics } from '../../api/context.js';

/** Counters that are both metrics (`<name>_total`) and shown by `inspect`. */
export class Tally<Name extends string> {
  readonly #counts = new Map<Name, number>();
  readonly #metrics = new Map<Name, (by?: number) => void>();

  /** `help`: what each counter counts. */
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
