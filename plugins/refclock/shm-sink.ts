import { defineSink, duration, type Running, type SinkContext, table } from 'timehub/api';
import { writeShm } from 'timehub/protocol/refclock';
import * as v from 'valibot';
import { HealthReport, type InstanceHealth } from './health-report.js';
import { hubSample } from './hub-sample.js';
import { ownOutputs } from './own-outputs.js';
import { nameOf, openUnit, unit } from './shm-unit.js';

/** Samples that nobody takes before the sink says so: chronyd and ntpd look once a second by default. */
const MOST_UNREAD = 16;

const config = table({
  unit: unit(),
  interval: v.pipe(v.optional(duration({ min: '100ms', max: '1h' }), '1s'), v.description('Interval between samples.')),
});

type ShmSinkConfig = v.InferOutput<typeof config>;

export default defineSink<ShmSinkConfig>({
  type: 'shm',
  summary: "Gives the hub's time to a chronyd or ntpd, over ntpd's shared memory",
  stability: 'experimental',
  needs: [],
  config,
  create: (options, context) => new ShmSink(options, context),
});

class ShmSink implements Running<ShmSinkConfig> {
  readonly #options: ShmSinkConfig;
  readonly #context: SinkContext;
  readonly #written: () => void;
  readonly #health: HealthReport;
  #count = 0;
  #unread = 0;

  constructor(options: ShmSinkConfig, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#health = new HealthReport(context);
    this.#written = context.metrics.counter('samples_total', 'Samples written.');
  }

  async start(): Promise<void> {
    const memory = openUnit(this.#context, this.#options.unit);
    ownOutputs(this.#context).add(nameOf(this.#options.unit));
    const tick = (): void => {
      this.#context.after(this.#options.interval, tick);
      this.#health.set(this.#write(memory));
    };
    tick();
  }

  async stop(): Promise<void> {
    ownOutputs(this.#context).delete(nameOf(this.#options.unit));
  }

  inspect(): Record<string, unknown> {
    return { unit: this.#options.unit, samples: this.#count, unread: this.#unread };
  }

  /** Writes a sample, if the hub has time. Returns what the operator should know. */
  #write(memory: ArrayBuffer): InstanceHealth {
    const state = this.#context.state();
    const sample = hubSample(state, this.#context.read('system'));
    if (typeof sample === 'string') return { state: 'ok', reason: sample };
    const sigmaNs = state.clocks.find(({ id }) => id === 'system')?.sigmaNs ?? Number.POSITIVE_INFINITY;
    const wasTaken = writeShm(memory, sample, sigmaNs);
    this.#unread = wasTaken || this.#count === 0 ? 0 : this.#unread + 1;
    this.#count++;
    this.#written();
    const name = nameOf(this.#options.unit);
    return this.#unread < MOST_UNREAD
      ? { state: 'ok', reason: `writes samples to ${name}` }
      : { state: 'degraded', reason: `no program takes the samples of ${name}` };
  }
}
