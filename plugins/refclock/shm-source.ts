import { defineSource, duration, type Running, type SourceContext, table } from 'timehub/api';
import { takeShm } from 'timehub/protocol/refclock';
import * as v from 'valibot';
import { SampleIntake } from './sample-intake.js';
import { sampleOptions } from './sample-options.js';
import { nameOf, openUnit, unit } from './shm-unit.js';

const config = table({
  unit: unit(),
  interval: v.pipe(
    v.optional(duration({ min: '10ms', max: '1min' }), '500ms'),
    v.description(
      'Interval at which the hub looks for a new sample. The program overwrites a sample that is not taken.',
    ),
  ),
  ...sampleOptions,
});

type ShmSourceConfig = v.InferOutput<typeof config>;

export default defineSource<ShmSourceConfig>({
  type: 'shm',
  summary: "Takes the samples that programs such as gpsd write to ntpd's shared memory",
  stability: 'experimental',
  needs: [],
  config,
  create: (options, context) => new ShmSource(options, context),
});

class ShmSource implements Running<ShmSourceConfig> {
  readonly #options: ShmSourceConfig;
  readonly #context: SourceContext;
  readonly #intake: SampleIntake;

  constructor(options: ShmSourceConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#intake = new SampleIntake(context, { ...options, address: nameOf(options.unit) });
  }

  async start(): Promise<void> {
    const memory = openUnit(this.#context, this.#options.unit);
    const tick = (): void => {
      this.#context.after(this.#options.interval, tick);
      this.#look(memory);
    };
    tick();
    this.#intake.start();
  }

  async stop(): Promise<void> {}

  inspect(): Record<string, unknown> {
    return { unit: this.#options.unit, ...this.#intake.inspect() };
  }

  #look(memory: ArrayBuffer): void {
    const sample = takeShm(memory);
    if (typeof sample === 'string') this.#intake.refuse(sample);
    else if (sample !== undefined) this.#intake.take(sample);
  }
}
