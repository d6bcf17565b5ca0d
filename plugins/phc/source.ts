import {
  type Claims,
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

/** Error that averaging does not reduce, because the reading has always the same place in its bracket, ns. */
const FLOOR_NS: Readonly<Record<Comparing, Ns>> = { precise: 2, extended: 10, basic: 100, user: 500 };

export default defineSource<PhcSourceConfig>({
  type: 'phc',
  summary: 'Compares a PTP hardware clock with the system clock, and takes the pulses that it stamps',
  stability: 'experimental',
  needs: ['dev:ptp'],
  config: sourceConfig,
  create: (options, context) => new PhcSource(options, context),
});

class PhcSource implements Running<PhcSourceConfig> {
  readonly #options: PhcSourceConfig;
  readonly #context: SourceContext;
  #clock: HardwareClock | undefined;
  #claims: Claims = { synchronised: true };
  #last: ClockComparison | undefined;
  #pulses = 0;
  #fault = '';

  constructor(options: PhcSourceConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  async start(): Promise<void> {
    const { clock: name, interval, pulse } = this.#options;
    const clock = this.#context.openClock(name, { restNs: interval });
    this.#clock = clock;
    this.#claims = {
      ...{ synchronised: true, stratum: 0, rootDelayNs: 0, rootDispersionNs: 0 },
      reference: pulse === undefined ? 'PHC' : 'PPS',
      address: clock.id.slice('phc:'.length),
    };
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
      this.#reportComparison(clock.compare(samples), clock);
    } catch (error) {
      // Some clocks do not answer while their interface has no carrier.
      if (!(error instanceof HubError) || error.code !== 'TH_CLOCK_NO_ANSWER') throw error;
      this.#setFault(error.message);
    }
  }

  #reportComparison(comparison: ClockComparison, { id }: HardwareClock): void {
    const { offsetNs, monotonic, widthNs, by } = comparison;
    this.#last = comparison;
    this.#setFault('');
    const noiseFloorNs = FLOOR_NS[by];
    this.#context.report({
      claims: this.#claims,
      observations: [
        {
          kind: 'reading',
          clock: id,
          versus: 'system',
          path: 'link',
          monotonic,
          stamp: by === 'user' ? 'user' : 'hardware',
          offsetNs,
          noiseFloorNs,
          // The reading is uniformly distributed in the bracket.
          noiseNs: Math.max(noiseFloorNs, widthNs / Math.sqrt(12)),
        },
      ],
    });
  }

  #pulse({ clock, time, monotonic }: Stamp, { period, precision }: NonNullable<PhcSourceConfig['pulse']>): void {
    this.#pulses++;
    this.#context.report({
      claims: this.#claims,
      observations: [
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
      ],
    });
  }

  /** Reports a fault and its end, each once. Empty: no fault. */
  #setFault(reason: string): void {
    if (reason === this.#fault) return;
    this.#fault = reason;
    if (reason !== '') this.#context.unreachable(reason);
    this.#context.health(reason === '' ? 'ok' : 'degraded', reason);
  }
}
