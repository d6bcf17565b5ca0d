import {
  BUILT_AT,
  type Claims,
  formatDuration,
  type Instant,
  NS_PER_S,
  type Ns,
  type Observation,
  type SourceContext,
  type Stamp,
} from 'timehub/api';
import type { RefclockSample } from 'timehub/protocol/refclock';
import { HealthReport, type InstanceHealth } from './health-report.js';
import { ownOutputs } from './own-outputs.js';

/** Greatest age of a sample, ns: an older one was delayed, or was taken before the clock was set. */
const OLDEST_NS = 5e9;
/** Least interval of two samples, ns. Receivers give one a second; a program that gives more cannot load the hub. */
const CLOSEST_NS = 10e6;

export interface IntakeOptions {
  readonly precision: Ns;
  readonly 'max-latency': Ns;
  readonly timeout: Ns;
  readonly reference: string;
  /** Socket or memory that the samples come from. */
  readonly address: string;
}

/** Judges the samples of another program, reports them to the hub, and says why there are none. */
export class SampleIntake {
  readonly #context: SourceContext;
  readonly #options: IntakeOptions;
  readonly #refused: () => void;
  readonly #health: HealthReport;
  readonly #own: ReadonlySet<string>;
  #taken = 0;
  #last: Instant | undefined;
  /** Reason of the last refusal, unless a good sample came after it. */
  #refusal: string | undefined;

  constructor(context: SourceContext, options: IntakeOptions) {
    this.#context = context;
    this.#options = options;
    this.#health = new HealthReport(context);
    this.#own = ownOutputs(context);
    this.#refused = context.metrics.counter(
      'refused_total',
      'Samples that were malformed, late, too frequent or implausible.',
    );
  }

  /** Begins to report, once a second, whether samples come. */
  start(): void {
    this.#report();
    this.#context.after(NS_PER_S, () => this.start());
  }

  take(sample: RefclockSample): void {
    const now = this.#context.read('system');
    const fault = this.#faultOf(sample, now);
    if (fault === undefined) this.#use(sample, now);
    else this.refuse(fault);
  }

  #use(sample: RefclockSample, now: Stamp): void {
    const monotonic = now.monotonic - (now.time - sample.system);
    this.#last = monotonic;
    this.#taken++;
    this.#refusal = undefined;
    this.#context.report({ claims: this.#claimsOf(sample), observations: [this.#observationOf(sample, monotonic)] });
  }

  /** Counts a sample that was not used. `reason` is a clause such as `its magic number is wrong`. */
  refuse(reason: string): void {
    this.#refused();
    this.#refusal = reason;
  }

  inspect(): Record<string, unknown> {
    return { samples: this.#taken, lastRefusal: this.#refusal };
  }

  #faultOf({ system, offsetNs, isPulse, leap }: RefclockSample, now: Stamp): string | undefined {
    if (this.#own.has(this.#options.address)) return 'a sink of this hub gives its own time there';
    const ageNs = Number(now.time - system);
    if (ageNs < 0) return `its time lies ${formatDuration(-ageNs)} ahead`;
    if (ageNs > OLDEST_NS) return `it is ${formatDuration(ageNs)} old`;
    const sinceNs = this.#last === undefined ? OLDEST_NS : Number(now.monotonic - this.#last) - ageNs;
    if (sinceNs < CLOSEST_NS) return 'it follows the last one too soon, or repeats it';
    if (leap === 'unsynchronised') return 'the program says that its clock is not synchronised';
    if (!isPulse && system + BigInt(Math.round(offsetNs)) < BUILT_AT) return 'its date has long passed';
    return undefined;
  }

  #observationOf({ system, offsetNs, isPulse }: RefclockSample, monotonic: Instant): Observation {
    const common = { clock: 'system', monotonic, stamp: 'user', noiseFloorNs: this.#options.precision } as const;
    if (!isPulse) return { ...common, kind: 'reading', offsetNs };
    // The reading nearest to the sample's at which the reference was at a whole second.
    const beyondNs = Number(system % BigInt(NS_PER_S)) + offsetNs;
    const edge = system - BigInt(Math.round(beyondNs - Math.round(beyondNs / NS_PER_S) * NS_PER_S));
    return { ...common, kind: 'pulse', path: 'pulse', edge, periodNs: NS_PER_S };
  }

  /** A status of "none" is no claim: most programs never announce a leap second. */
  #claimsOf({ leap }: RefclockSample): Claims {
    return {
      ...{ synchronised: true, stratum: 0, rootDelayNs: 0, rootDispersionNs: 0 },
      reference: this.#options.reference,
      address: this.#options.address,
      biasBoundNs: this.#options['max-latency'],
      ...(leap === 'insert' || leap === 'delete' ? { leap } : {}),
    };
  }

  #report(): void {
    const health = this.#healthNow();
    const isNews = this.#health.set(health);
    if (isNews && health.state === 'degraded') this.#context.unreachable(health.reason);
  }

  #healthNow(): InstanceHealth {
    const { address, timeout } = this.#options;
    const quietNs =
      this.#last === undefined ? Number.POSITIVE_INFINITY : Number(this.#context.monotonic() - this.#last);
    const refusal = this.#refusal === undefined ? undefined : `a sample at ${address} is not used: ${this.#refusal}`;
    return quietNs <= timeout
      ? { state: 'ok', reason: refusal ?? 'takes samples' }
      : { state: 'degraded', reason: refusal ?? nothing(address, quietNs, timeout) };
  }
}

const nothing = (address: string, quietNs: Ns, timeoutNs: Ns): string =>
  Number.isFinite(quietNs)
    ? `no sample has come to ${address} for ${formatDuration(timeoutNs)}`
    : `no sample has come to ${address} yet`;
