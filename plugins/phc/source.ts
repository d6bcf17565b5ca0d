import {
  type ClockComparison,
  type Comparing,
  defineSource,
  type HardwareClock,
  HubError,
  type Ns,
  type Running,
  type SourceContext,
  type Stamp,
} from 'timehub/api';
import { type PhcSourceConfig, sourceConfig } from './config.js';

/** What no averaging of comparisons gets below: the place of the reading in its bracket is always the same. */
const FLOOR_NS: Readonly<Record<Comparing, Ns>> = { precise: 2, extended: 10, basic: 100, user: 500 };

export default defineSource<PhcSourceConfig>({
  type: 'phc',
  summary: 'A PTP hardware clock compared with the system clock, and the pulses that it stamps',
  stability: 'experimental',
  needs: ['dev:ptp'],
  config: sourceConfig,
  create: (options, context) => new PhcSource(options, context),
});

class PhcSource implements Running<PhcSourceConfig> {
  readonly #options: PhcSourceConfig;
  readonly #context: SourceContext;
  #clock: HardwareClock | undefined;
  #last: ClockComparison | undefined;
  #pulses = 0;
  #trouble = '';

  constructor(options: PhcSourceConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  async start(): Promise<void> {
    const { clock: name, interval, pulse } = this.#options;
    const clock = this.#context.openClock(name, { restNs: interval });
    this.#clock = clock;
    this.#context.claim({
      synchronised: true,
      stratum: 0,
      rootDelayNs: 0,
      rootDispersionNs: 0,
      reference: pulse === undefined ? 'PHC' : 'PPS',
      address: clock.id.slice('phc:'.length),
    });
    if (pulse !== undefined) clock.pulseIn(pulse, (edge) => this.#pulse(edge, pulse));
    this.#compare(clock);
  }

  async stop(): Promise<void> {}

  inspect(): Record<string, unknown> {
    const { offsetNs, widthNs, by } = this.#last ?? {};
    return {
      clock: this.#clock?.id,
      ...this.#clock?.facts,
      systemMinusClockNs: offsetNs,
      bracketNs: widthNs,
      comparing: by,
      pulses: this.#pulses,
    };
  }

  #compare(clock: HardwareClock): void {
    const { interval, samples } = this.#options;
    this.#context.after(interval, () => this.#compare(clock));
    try {
      this.#tell(clock.compare(samples), clock);
    } catch (error) {
      // Some clocks stand still while their interface has no carrier: they come back with it.
      if (!(error instanceof HubError) || error.code !== 'TH_CLOCK_NO_ANSWER') throw error;
      this.#complain(error.message);
    }
  }

  #tell(comparison: ClockComparison, { id }: HardwareClock): void {
    const { offsetNs, monotonic, widthNs, by } = comparison;
    this.#last = comparison;
    this.#complain('');
    const noiseFloorNs = FLOOR_NS[by];
    this.#context.observe([
      {
        kind: 'reading',
        clock: id,
        versus: 'system',
        path: 'link',
        monotonic,
        stamp: by === 'user' ? 'user' : 'hardware',
        offsetNs,
        noiseFloorNs,
        // The clock was read somewhere in the bracket.
        noiseNs: Math.max(noiseFloorNs, widthNs / Math.sqrt(12)),
      },
    ]);
  }

  #pulse({ clock, time, monotonic }: Stamp, { period, precision }: NonNullable<PhcSourceConfig['pulse']>): void {
    this.#pulses++;
    this.#context.observe([
      {
        kind: 'pulse',
        clock,
        monotonic,
        stamp: 'hardware',
        edge: time,
        periodNs: period,
        noiseFloorNs: precision,
        scale: 'tai',
      },
    ]);
  }

  /** Says once what is wrong, and once that it is over. */
  #complain(reason: string): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    if (reason !== '') this.#context.unreachable(reason);
    this.#context.health(reason === '' ? 'ok' : 'degraded', reason);
  }
}
