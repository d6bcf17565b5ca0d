import { cleanText, type MetricSample, type Metrics } from '../api/index.js';

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Keys: the labels as JSON. */
  readonly values: Map<string, Value>;
}

interface Value {
  readonly labels: Labels;
  value: number;
}

/** Maximum number of series of one instance: a label must not name peers. Further series are not shown. */
const MOST_SERIES = 256;

/** Counters and gauges of the hub and of all instances. The exporter reads `samples()`. */
export class MetricStore {
  readonly #families = new Map<string, Family>();
  readonly #refreshers = new Set<() => void>();
  /** Number of series by instance id. */
  readonly #made = new Map<string, number>();

  /** Makes a counter of the hub itself, at zero. Returns the function that counts one event. */
  counter(name: string, help: string, labels: Labels): () => void {
    const series = seriesOf(this.#family(name, help, 'counter'), labels);
    return () => {
      series.value++;
    };
  }

  /** Makes a counter of the hub itself whose value `read` returns. */
  total(name: string, help: string, read: () => number): void {
    const series = seriesOf(this.#family(name, help, 'counter'), {});
    this.onRead(() => {
      series.value = read();
    });
  }

  /** Returns the metrics of one instance: names begin with `timehub_<kind>_<type>_`, values have the label `id`. */
  of(kind: string, type: string, id: string): Omit<Metrics, 'onRead'> {
    const prefix = `timehub_${kind}_${type.replaceAll('-', '_')}_`;
    return {
      counter: (name, help, labels) => {
        const counted = this.#series(id, this.#family(prefix + name, help, 'counter'), labels);
        return (by = 1) => {
          counted.value += by;
        };
      },
      gauge: (name, help, labels) => {
        const family = this.#family(prefix + name, help, 'gauge');
        return (value) => {
          this.#series(id, family, labels).value = value;
        };
      },
    };
  }

  /** Calls `refresh` before values are read. Returns the function that ends this. */
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

  /** Removes the series of an instance or a clock. */
  forget(id: string): void {
    this.#made.delete(id);
    for (const { values } of this.#families.values()) {
      for (const [key, { labels }] of values) if (labels.id === id) values.delete(key);
    }
  }

  #series(id: string, family: Family, given: Labels = {}): Value {
    const clean = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, cleanText(value)]));
    const labels = { ...clean, id };
    const made = this.#made.get(id) ?? 0;
    const isKnown = family.values.has(keyOf(labels));
    if (!isKnown && made >= MOST_SERIES) return { labels, value: 0 };
    if (!isKnown) this.#made.set(id, made + 1);
    return seriesOf(family, labels);
  }

  #family(name: string, help: string, type: 'counter' | 'gauge'): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const family: Family = { help, type, values: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

const keyOf = (labels: Labels): string => JSON.stringify(labels);

function seriesOf({ values }: Family, labels: Labels): Value {
  const key = keyOf(labels);
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = { labels, value: 0 };
  values.set(key, value);
  return value;
}
