import type { MetricSample, Metrics } from '../api/index.js';

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: Map<string, number>;
}

/** Counters and gauges of all instances, one value an instance. The exporter reads `samples()`. */
export class MetricStore {
  readonly #families = new Map<string, Family>();

  /** The metrics of one instance: names get `timehub_<kind>_<type>_`, values the label `id`. */
  of(kind: string, type: string, id: string): Metrics {
    const prefix = `timehub_${kind}_${type.replaceAll('-', '_')}_`;
    const values = (name: string, help: string, family: 'counter' | 'gauge') =>
      this.#family(prefix + name, help, family).values;
    return {
      counter(name, help) {
        const series = values(name, help, 'counter');
        if (!series.has(id)) series.set(id, 0);
        return (by = 1) => series.set(id, (series.get(id) ?? 0) + by);
      },
      gauge(name, help) {
        const series = values(name, help, 'gauge');
        return (value) => series.set(id, value);
      },
    };
  }

  samples(): readonly MetricSample[] {
    return [...this.#families].map(([name, { help, type, values }]) => ({
      name,
      help,
      type,
      values: [...values].map(([id, value]) => ({ labels: { id }, value })),
    }));
  }

  /** The instance is gone for good. */
  forget(id: string): void {
    for (const family of this.#families.values()) family.values.delete(id);
  }

  #family(name: string, help: string, type: 'counter' | 'gauge'): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const family: Family = { help, type, values: new Map() };
    this.#families.set(name, family);
    return family;
  }
}
