import type { Claims, Logger, Metrics, Ns, Observation } from '../api/index.js';

interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields?: object;
}

/** A record of an instance's calls of its context, newest last. */
export class FakeRecord {
  /** The observations of each report that had some. */
  readonly handedOver: (readonly Observation[])[] = [];
  /** The claims of each report that had some. */
  readonly claims: Claims[] = [];
  /** Reasons. */
  readonly unreachable: string[] = [];
  readonly replaced: string[] = [];
  readonly discontinuities: { readonly reason: string; readonly jumpNs?: Ns }[] = [];
  readonly health: { readonly state: 'ok' | 'degraded'; readonly reason: string }[] = [];
  /** Errors that it gave to `fail`. */
  readonly failures: Error[] = [];
  readonly log: LogLine[] = [];
  /** The present value of each metric: `replies_total`, or `requests_total{via="tcp"}` where it has labels. */
  readonly metrics: Record<string, number> = {};
  /** Values given to `remember`. */
  readonly remembered: unknown[] = [];
  /** Marks of requests, as given to `identity.asks`. */
  readonly asked: { readonly mark: Uint8Array; readonly offset: number }[] = [];
  readonly #refreshes: (() => void)[] = [];

  /** All observations, whichever call they came in. */
  get observations(): readonly Observation[] {
    return this.handedOver.flat();
  }

  /** Lets the instance bring its metrics up to date, as a reader of the metrics does. */
  refreshMetrics(): void {
    for (const refresh of this.#refreshes) refresh();
  }

  logger(): Logger {
    const write = (level: keyof Logger) => (message: string, fields?: object) =>
      void this.log.push({ level, message, ...(fields === undefined ? {} : { fields }) });
    return { debug: write('debug'), info: write('info'), warn: write('warn') };
  }

  meter(): Metrics {
    return {
      counter: (name, _help, labels) => {
        const key = keyOf(name, labels);
        this.metrics[key] = 0;
        return (by = 1) => {
          this.metrics[key]! += by;
        };
      },
      gauge: (name, _help, labels) => (value) => {
        this.metrics[keyOf(name, labels)] = value;
      },
      onRead: (refresh) => void this.#refreshes.push(refresh),
    };
  }
}

const keyOf = (name: string, labels: Readonly<Record<string, string>> = {}): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
};
