import { Counter, Gauge, Registry } from 'prom-client';
import type { HubReport, MetricSample } from 'timehub/api';
import { processSamples } from './process-samples.js';
import { hubSamples } from './samples.js';

/** Prometheus' text format (version 0.0.4). */
export class Exposition {
  readonly #hub: HubReport;

  constructor(hub: HubReport) {
    this.#hub = hub;
  }

  /** A registry lives for one scrape, so that a label of what has gone never lingers. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    const registry = new Registry();
    for (const sample of [...hubSamples(this.#hub.status()), ...this.#hub.metrics(), ...processSamples()]) {
      if (registry.getSingleMetric(sample.name) === undefined) add(registry, sample);
    }
    const text = await registry.metrics();
    // prom-client writes "Nan", which the text format does not have.
    return { contentType: registry.contentType, text: text.replace(/ Nan$/gm, ' NaN') };
  }
}

function add(registry: Registry, { name, help, type, values }: MetricSample): void {
  const labelNames = [...new Set(values.flatMap(({ labels }) => Object.keys(labels)))];
  const options = { name, help, labelNames, registers: [registry] };
  if (type === 'gauge') {
    const gauge = new Gauge(options);
    for (const { labels, value } of values) gauge.set(labels, value);
    return;
  }
  const counter = new Counter(options);
  for (const { labels, value } of values) counter.inc(labels, value);
}
