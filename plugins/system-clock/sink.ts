import {
  type Discipline,
  defineSink,
  duration,
  flag,
  type Running,
  rate,
  type SinkContext,
  table,
  wholeNumber,
} from 'timehub/api';
import { steerOrObserve } from 'timehub/toolkit';
import * as v from 'valibot';

const config = table({
  steer: v.pipe(
    v.optional(flag(), false),
    v.description(
      'Steer the clock; needs root or CAP_SYS_TIME. Without the privilege, or with `false`, the hub only observes the clock.',
    ),
  ),
  'step-threshold': v.pipe(
    v.optional(duration({ min: '1us' }), '100ms'),
    v.description('Offsets above this are corrected at once, smaller ones are slewed.'),
  ),
  'step-updates': v.pipe(
    v.optional(wholeNumber(-1, 1_000_000), 3),
    v.description(
      'Number of first updates in which a step is allowed, so that running programs see no jump later. 0: never. -1: always.',
    ),
  ),
  panic: v.pipe(
    v.optional(duration({ min: '1ms' }), '1000s'),
    v.description(
      'Larger corrections are refused and reported: check the sources, then restart the hub or raise this limit.',
    ),
  ),
  'panic-at-start': v.pipe(
    v.optional(flag(), false),
    v.description(
      'Apply `panic` to the first correction too. Keep `false` on a board without a battery-backed clock: it starts decades off.',
    ),
  ),
  'max-slew': v.pipe(
    v.optional(rate({ min: '1ppm', max: '100000ppm' }), '500ppm'),
    v.description("Highest slewing rate, in addition to the correction of the oscillator's own frequency error."),
  ),
});

type SystemClockConfig = v.InferOutput<typeof config>;

export default defineSink<SystemClockConfig>({
  type: 'system-clock',
  summary: "Steers the machine's clock (CLOCK_REALTIME) by the estimate, or observes it",
  stability: 'beta',
  needs: ['cap:sys_time'],
  config,
  steers: ({ steer }) => (steer ? 'system' : undefined),
  create: (options, context) => new SystemClock(options, context),
});

class SystemClock implements Running<SystemClockConfig> {
  readonly #options: SystemClockConfig;
  readonly #context: SinkContext;
  #discipline: Discipline | undefined;
  #reason = '';

  constructor(options: SystemClockConfig, context: SinkContext) {
    this.#options = options;
    this.#context = context;
  }

  async start(): Promise<void> {
    if (!this.#options.steer) return this.#setHealth('ok', 'observing: steer is off');
    const granted = steerOrObserve(this.#context, 'system', {
      thresholdNs: this.#options['step-threshold'],
      updates: this.#options['step-updates'] < 0 ? Number.POSITIVE_INFINITY : this.#options['step-updates'],
      panicNs: this.#options.panic,
      panicAtStart: this.#options['panic-at-start'],
      maxSlewPpb: this.#options['max-slew'],
    });
    if (typeof granted === 'string') return this.#setHealth('degraded', `observing: ${granted}`);
    this.#discipline = granted;
    this.#report();
    this.#context.onState(() => this.#report());
  }

  async stop(): Promise<void> {
    this.#discipline?.release();
    this.#discipline = undefined;
  }

  inspect(): Record<string, unknown> {
    const clock = this.#systemClock();
    return {
      steering: this.#discipline !== undefined,
      decision: this.#discipline?.reason ?? this.#reason,
      offsetNs: clock?.offsetNs,
      boundNs: clock?.boundNs,
      frequencyPpb: clock?.frequencyPpb,
    };
  }

  /** Reports a refused correction. The reason of each other one is in `inspect` only. */
  #report(): void {
    const clock = this.#systemClock();
    const panic = clock !== undefined && Math.abs(clock.offsetNs) > this.#options.panic;
    if (panic) this.#setHealth('degraded', `the clock ${this.#discipline?.reason}`);
    else this.#setHealth('ok', 'steering');
  }

  #systemClock() {
    return this.#context.state().clocks.find(({ id }) => id === 'system');
  }

  #setHealth(state: 'ok' | 'degraded', reason: string): void {
    if (this.#reason === reason) return;
    this.#reason = reason;
    this.#context.health(state, reason);
  }
}
