import { cleanText, type MetricSample, type Metrics } from '../api/index.js';

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

/** Series of one instance: labels are for what is counted, not for who is. Beyond it series are counted and not shown. */
const MOST_SERIES = 256;

/** Counters and gauges of the hub and of all instances. The exporter reads `samples()`. */
export class MetricStore {
  readonly #families = new Map<string, Family>();
  readonly #refreshers = new Set<() => void>();
  /** Series by instance. */
  readonly #made = new Map<string, number>();

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
