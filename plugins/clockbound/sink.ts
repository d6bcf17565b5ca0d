import { defineSink, type Instant, NS_PER_S, path, type Running, rate, type SinkContext, table } from 'timehub/api';
import type { BoundStatus, ClockErrorBound } from 'timehub/protocol/clockbound';
import * as v from 'valibot';
import { boundOf } from './bound.js';
import { SegmentFile } from './segment-file.js';

/** Longest interval between two bounds, ns: 5 s after the last one clients take the clock for free running. */
const INTERVAL_NS = NS_PER_S;

const config = table({
  path: v.pipe(
    v.optional(path('a path such as "/var/run/clockbound/shm0"'), '/var/run/clockbound/shm0'),
    v.description(
      'The file that clients map. The default is where clients look; keep it in a tmpfs. Its folder is created if it is missing.',
    ),
  ),
  'max-drift': v.pipe(
    v.optional(rate({ min: '0ppm', max: '500ppm' }), '5ppm'),
    v.description(
      "Growth of the bound between two updates, beside what the hub knows of the clock's rate: the `frequency-tolerance` of `[hub]`.",
    ),
  ),
});

type ClockBoundConfig = v.InferOutput<typeof config>;

/** The reason that `timehub status` gives for the sink, by the status that clients get. */
const HEALTH: Readonly<Record<BoundStatus, string>> = {
  synchronised: 'clients are told that the clock is synchronised',
  'free running': 'clients are told that the clock runs free, within a bound',
  unknown: 'clients are told that the status of the clock is unknown',
};

export default defineSink<ClockBoundConfig>({
  type: 'clockbound',
  summary: 'Gives clients of AWS ClockBound the earliest and latest time, through its shared memory',
  stability: 'experimental',
  needs: [],
  config,
  create: (options, context) => new ClockBoundSink(options, context),
});

/** `uptime` returns CLOCK_MONOTONIC, by which clients count; process.hrtime reads it. */
export class ClockBoundSink implements Running<ClockBoundConfig> {
  readonly #context: SinkContext;
  readonly #driftPpb: number;
  readonly #file: SegmentFile;
  readonly #uptime: () => Instant;
  readonly #setBound: (value: number) => void;
  #last: ClockErrorBound | undefined;
  #updates = 0;

  constructor(options: ClockBoundConfig, context: SinkContext, uptime: () => Instant = () => process.hrtime.bigint()) {
    this.#context = context;
    this.#driftPpb = options['max-drift'];
    this.#file = new SegmentFile(options.path);
    this.#uptime = uptime;
    this.#setBound = context.metrics.gauge('bound_seconds', 'Bound of the system clock that clients get.');
  }

  async start(): Promise<void> {
    this.#file.open();
    this.#context.onState(() => this.#update());
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#file.close();
  }

  inspect(): Record<string, unknown> {
    const { status, boundNs, maxDriftPpb } = this.#last ?? {};
    return { path: this.#file.path, status, boundNs, maxDriftPpb, updates: this.#updates };
  }

  #tick(): void {
    this.#context.after(INTERVAL_NS, () => this.#tick());
    this.#update();
  }

  #update(): void {
    // CLOCK_MONOTONIC first: a bound that is of later than it states is on the safe side.
    const uptime = this.#uptime();
    const system = this.#context.read('system');
    const bound = boundOf(this.#context.state(), { system, uptime }, this.#driftPpb);
    this.#file.write(bound);
    this.#updates++;
    this.#setBound(bound.boundNs / NS_PER_S);
    if (bound.status !== this.#last?.status) this.#context.health('ok', HEALTH[bound.status]);
    this.#last = bound;
  }
}
