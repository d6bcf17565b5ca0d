import type { MetricSample, Metrics } from '../api/index.js';

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** By their labels. */
  readonly values: Map<string, Value>;
}

interface Value {
  readonly labels: Labels;
  value: number;
}

/** Counters and gauges of the hub and of all instances. The exporter reads `samples()`. */
export class MetricStore {
  readonly #families = new Map<string, Family>();
  readonly #refreshers = new Set<() => void>();

  /** Makes a counter of the hub itself, which is there from now on, at zero. Returns what counts one event. */
  counter(name: string, help: string, labels: Labels): () => void {
    const series = seriesOf(this.#family(name, help, 'counter'), labels);
    return () => {
      series.value++;
    };
  }

  /** Makes a counter of the hub itself whose value is kept elsewhere: `read` returns it. */
  total(name: string, help: string, read: () => number): void {
    const series = seriesOf(this.#family(name, help, 'counter'), {});
    this.onRead(() => {
      series.value = read();
    });
  }

  /** The metrics of one instance: names get `timehub_<kind>_<type>_`, values the label `id`. */
  of(kind: string, type: string, id: string): Omit<Metrics, 'onRead'> {
    const prefix = `timehub_${kind}_${type.replaceAll('-', '_')}_`;
    return {
      counter: (name, help, labels) => {
        const counted = seriesOf(this.#family(prefix + name, help, 'counter'), { ...labels, id });
        return (by = 1) => {
          counted.value += by;
        };
      },
      gauge: (name, help, labels) => {
        const family = this.#family(prefix + name, help, 'gauge');
        return (value) => {
          seriesOf(family, { ...labels, id }).value = value;
        };
      },
    };
  }

  /** `refresh` is called before values are read. Returns the undoing. */
  onRead(refresh: () => void): () => void {
    this.#refreshers.add(refresh);
    return () => this.#refreshers.delete(refresh);
  }

  samples(): readonly MetricSample[] {
    for (const refresh of this.#refreshers) refresh();
    return [...this.#families].map(([name, { help, type, values }]) => ({
      name,
      help,
      type,
      values: [...values.values()],
    }));
  }

  /** The instance is gone for good. */
  forget(id: string): void {
    for (const { values } of this.#families.values()) {
      for (const [key, { labels }] of values) if (labels.id === id) values.delete(key);
    }
  }

  #family(name: string, help: string, type: 'counter' | 'gauge'): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const family: Family = { help, type, values: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

function seriesOf({ values }: Family, labels: Labels): Value {
  const key = JSON.stringify(labels);
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = { labels, value: 0 };
  values.set(key, value);
  return value;
}
