import { Counter, Gauge, Registry } from 'prom-client';
import type { HubReport, MetricSample } from 'timehub/api';
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
    for (const sample of [...hubSamples(this.#hub.status()), ...this.#hub.metrics()]) {
      if (registry.getSingleMetric(sample.name) === undefined) add(registry, sample);
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}

function add(registry: Registry, { name, help, type, values }: MetricSample): void {
  const known = values.filter(({ value }) => Number.isFinite(value));
  const labelNames = [...new Set(known.flatMap(({ labels }) => Object.keys(labels)))];
  const options = { name, help, labelNames, registers: [registry] };
  if (type === 'gauge') {
    const gauge = new Gauge(options);
    for (const { labels, value } of known) gauge.set(labels, value);
    return;
  }
  const counter = new Counter(options);
  for (const { labels, value } of known) counter.inc(labels, value);
}
