import type { MetricSample, Metrics } from '../api/index.js';

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: Map<string, number>;
}

/** Of the hub itself. */
interface HubFamily {
  readonly help: string;
  readonly values: Map<string, { readonly labels: Labels; readonly value: number }>;
}

/** Counters and gauges of all instances, one value an instance. The exporter reads `samples()`. */
export class MetricStore {
  readonly #families = new Map<string, Family>();
  readonly #ofHub = new Map<string, HubFamily>();

  /** Counts an event of the hub itself. */
  count(name: string, help: string, labels: Labels): void {
    const family = this.#ofHub.get(name) ?? { help, values: new Map() };
    this.#ofHub.set(name, family);
    const key = JSON.stringify(labels);
    family.values.set(key, { labels, value: (family.values.get(key)?.value ?? 0) + 1 });
  }

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
    const ofHub = [...this.#ofHub].map(([name, { help, values }]) => ({
      name,
      help,
      type: 'counter' as const,
      values: [...values.values()],
    }));
    const ofInstances = [...this.#families].map(([name, { help, type, values }]) => ({
      name,
      help,
      type,
      values: [...values].map(([id, value]) => ({ labels: { id }, value })),
    }));
    return [...ofHub, ...ofInstances];
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
