import {
  type ClockState,
  type Discipline,
  defineSink,
  type HardwareClock,
  type Running,
  type SinkContext,
  type TimeState,
} from 'timehub/api';
import { steerOrObserve } from 'timehub/toolkit';
import { type PhcSinkConfig, sinkConfig } from './config.js';

export default defineSink<PhcSinkConfig>({
  type: 'phc',
  summary: 'Steers a PTP hardware clock by the estimate, or observes it, and makes pulses with it',
  stability: 'experimental',
  needs: ['dev:ptp'],
  config: sinkConfig,
  steers: ({ steer, clock }) => (steer ? clock : undefined),
  create: (options, context) => new PhcSink(options, context),
});

class PhcSink implements Running<PhcSinkConfig> {
  readonly #options: PhcSinkConfig;
  readonly #context: SinkContext;
  #clock: HardwareClock | undefined;
  #discipline: Discipline | undefined;
  /** Why the sink does not steer. Empty: it steers. */
  #obstacle = '';
  #output: 'none' | 'waits' | 'runs';
  #reason = '';

  constructor(options: PhcSinkConfig, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#output = options.output === undefined ? 'none' : 'waits';
  }

  async start(): Promise<void> {
    const clock = this.#context.openClock(this.#options.clock);
    this.#clock = clock;
    this.#obstacle = this.#options.steer ? this.#steer(clock) : 'steer is off';
    this.#report(this.#context.state());
    this.#context.onState((state) => this.#report(state));
  }

  async stop(): Promise<void> {
    this.#discipline?.release();
    this.#discipline = undefined;
  }

  inspect(): Record<string, unknown> {
    const clock = this.#stateOf(this.#context.state());
    return {
      clock: this.#clock?.id,
      ...this.#clock?.facts,
      steering: this.#discipline !== undefined,
      decision: this.#discipline?.reason ?? `observing: ${this.#obstacle}`,
      output: this.#output,
      offsetNs: clock?.offsetNs,
      boundNs: clock?.boundNs,
      frequencyPpb: clock?.frequencyPpb,
    };
  }

  /** Returns why the sink may not steer; '' when it steers. */
  #steer({ id }: HardwareClock): string {
    const updates = this.#options['step-updates'];
    const granted = steerOrObserve(this.#context, id, {
      thresholdNs: this.#options['step-threshold'],
      updates: updates < 0 ? Number.POSITIVE_INFINITY : updates,
      // A clock that only the network card reads may start in 1970, and start there again.
      panicNs: Number.POSITIVE_INFINITY,
      panicAtStart: false,
      maxSlewPpb: this.#options['max-slew'],
    });
    if (typeof granted === 'string') return granted;
    this.#discipline = granted;
    return '';
  }

  #report(state: TimeState): void {
    const clock = this.#stateOf(state);
    if (clock !== undefined) this.#startPulses(state, clock);
    const isKnown = clock !== undefined && Number.isFinite(clock.sigmaNs);
    const waits = isKnown ? '' : ': no source such as [source.phc] or [source.ptp] measures this clock yet';
    if (this.#discipline !== undefined) this.#setHealth('ok', `steering${waits}`);
    else this.#setHealth(this.#options.steer ? 'degraded' : 'ok', `observing: ${this.#obstacle}`);
  }

  /** Starts pulses once the clock is within the step threshold: no pulse is better than one at the wrong time. */
  #startPulses({ mode }: TimeState, { offsetNs }: ClockState): void {
    const { output, 'step-threshold': thresholdNs } = this.#options;
    if (output === undefined || this.#output !== 'waits') return;
    if (mode !== 'tracking' || Math.abs(offsetNs) > thresholdNs) return;
    const { channel, pin, period, width, phase } = output;
    this.#clock?.pulseOut({ channel, pin, periodNs: period, widthNs: width, phaseNs: phase });
    this.#output = 'runs';
  }

  #stateOf(state: TimeState): ClockState | undefined {
    return state.clocks.find(({ id }) => id === this.#clock?.id);
  }

  #setHealth(state: 'ok' | 'degraded', reason: string): void {
    if (this.#reason === reason) return;
    this.#reason = reason;
    this.#context.health(state, reason);
  }
}
