import { type Instant, NS_PER_S, type Ns, type Observation } from '../../../api/index.js';
import { createEstimator, type Estimator } from '../index.js';
import { SeededRandom } from './random.js';

/** A server behind a link, polled at fixed times. */
export interface FilterServer {
  readonly delayNs: Ns;
  readonly jitterNs: Ns;
  readonly shape: 'exp' | 'norm';
  readonly pollS: number;
  /** The server's time − true time, at a true second. */
  readonly offsetNs?: (second: number) => Ns;
  /** Additional delay of the reply. */
  readonly extraNs?: (second: number) => Ns;
  /** Additional delay of some legs. */
  readonly spike?: { readonly probability: number; readonly meanNs: Ns };
  readonly lost?: (second: number) => boolean;
  /** Sigma of the asserted bias from the fourth second on; absent: never admitted. */
  readonly biasSigmaNs?: Ns;
}

export interface Pps {
  readonly jitterNs: Ns;
  readonly biasSigmaNs: Ns;
}

/** A clock whose frequency takes one normal step of `wander` each true second, and its sources. */
export interface FilterScenario {
  readonly durationS: number;
  readonly steadyFromS: number;
  readonly servers: readonly FilterServer[];
  readonly pps?: Pps;
  /** Standard deviation of the step, s/s per √s; default 1e-9. */
  readonly wander?: number;
  /** Reference − clock and its slope at the start. Default 10 ms, 10 ppm. */
  readonly offsetNs?: Ns;
  readonly slopePpb?: number;
  readonly frequencyStep?: { readonly atS: number; readonly ppb: number };
  /** Start of the measurement of peak and recovery. */
  readonly event?: { readonly atS: number; readonly limitNs: Ns };
}

export interface FilterOutcome {
  /** Error of the steered clock over the steady time. */
  readonly rmsNs: Ns;
  readonly maxNs: Ns;
  /** RMS of (truth − estimate) / sigma. */
  readonly normalised: number;
  /** After the event: greatest error, and seconds until the error stays within the limit for 300 s (or 4 polls). */
  readonly peakNs: Ns;
  readonly recoveryS: number;
  /** First second from which the error stays within 1 ms to the end. */
  readonly withinMsS: number;
  readonly estimator: Estimator;
}

const CLOCK = 'system';
/** At the start all servers are asked once a second for this time. */
const BURST_S = 8;
const ADMITTED_FROM_S = 4;
const SLEW_S = 4;
const MAX_SLEW_PPB = 500_000;
const STEP_NS = 0.1 * NS_PER_S;
const NOISE_FLOOR_NS = 1;
const instant = (second: number): Instant => BigInt(second) * BigInt(NS_PER_S);

export function simulate(scenario: FilterScenario, seed: number): FilterOutcome {
  return new Simulation(scenario, new SeededRandom(seed)).run();
}

class Simulation {
  private readonly estimator = createEstimator();
  private readonly scenario: FilterScenario;
  private readonly random: SeededRandom;
  /** True values: reference − clock, its slope without steering, and the present correction. */
  private offsetNs: Ns;
  private slopePpb: number;
  private steeredPpb = 0;
  private readonly score = new Score();

  constructor(scenario: FilterScenario, random: SeededRandom) {
    this.scenario = scenario;
    this.random = random;
    this.offsetNs = scenario.offsetNs ?? 10e6;
    this.slopePpb = scenario.slopePpb ?? 10e3;
    this.estimator.addClock(CLOCK, 0n);
  }

  run(): FilterOutcome {
    for (let second = 1; second <= this.scenario.durationS; second++) {
      this.drift(second);
      this.scenario.servers.forEach((server, index) => {
        if (isDue(server, index, this.scenario.servers.length, second)) this.poll(server, index, second);
      });
      if (this.scenario.pps !== undefined) this.pulse(this.scenario.pps, second);
      this.judge(second);
      if (second >= ADMITTED_FROM_S) this.steer(second);
    }
    return this.score.outcome(this.estimator);
  }

  private drift(second: number): void {
    const { wander = 1e-9, frequencyStep } = this.scenario;
    this.slopePpb += wander * NS_PER_S * this.random.normal();
    if (second === frequencyStep?.atS) this.slopePpb += frequencyStep.ppb;
    this.offsetNs += this.slopePpb - this.steeredPpb;
  }

  private poll(server: FilterServer, index: number, second: number): void {
    const { delayNs, offsetNs, extraNs, lost, biasSigmaNs } = server;
    if (lost?.(second)) return;
    const said = this.offsetNs + (offsetNs?.(second) ?? 0);
    this.leg(index, second, 'outbound', said + delayNs + this.noise(server));
    this.leg(index, second, 'inbound', -said + delayNs + (extraNs?.(second) ?? 0) + this.noise(server));
    if (second >= ADMITTED_FROM_S && biasSigmaNs !== undefined) this.estimator.admit(`s${index}`, biasSigmaNs);
  }

  private noise({ jitterNs, shape, spike }: FilterServer): Ns {
    const late = spike !== undefined && this.random.uniform() < spike.probability;
    const usual = jitterNs * (shape === 'exp' ? this.random.exponential() : this.random.normal());
    return usual + (late ? spike.meanNs * this.random.exponential() : 0);
  }

  private leg(index: number, second: number, direction: 'inbound' | 'outbound', transitNs: Ns): void {
    this.estimator.observe(`s${index}`, { ...common(second), kind: 'leg', direction, transitNs });
  }

  private pulse({ jitterNs, biasSigmaNs }: Pps, second: number): void {
    const edge = instant(second) - BigInt(Math.round(this.offsetNs + jitterNs * this.random.normal()));
    const pulse: Observation = { ...common(second), kind: 'pulse', edge, periodNs: NS_PER_S };
    if (this.estimator.observe('pps', pulse) !== undefined) this.estimator.admit('pps', biasSigmaNs);
  }

  private judge(second: number): void {
    this.estimator.advance(instant(second));
    const found = this.estimator.clock(CLOCK);
    this.score.note(second, this.offsetNs, this.scenario);
    if (second <= this.scenario.steadyFromS || found === undefined) return;
    this.score.compare((this.offsetNs - found.offsetNs) / found.sigmaNs);
  }

  private steer(second: number): void {
    const found = this.estimator.clock(CLOCK);
    if (found === undefined) return;
    const { offsetNs, slopePpb } = found;
    if (Math.abs(offsetNs) > STEP_NS) {
      this.offsetNs -= offsetNs;
      this.estimator.controlPhase(CLOCK, offsetNs, instant(second));
    } else {
      const wanted = slopePpb + offsetNs / SLEW_S;
      const change = Math.max(-MAX_SLEW_PPB, Math.min(MAX_SLEW_PPB, wanted));
      this.steeredPpb += change;
      this.estimator.controlFrequency(CLOCK, change, instant(second));
    }
  }
}

class Score {
  private square = 0;
  private count = 0;
  private max = 0;
  private normalisedSquare = 0;
  private normalisedCount = 0;
  private peak = 0;
  private recovery = 0;
  private beyondMs = 0;

  note(second: number, errorNs: Ns, { steadyFromS, event, servers }: FilterScenario): void {
    const error = Math.abs(errorNs);
    if (error > 1e6) this.beyondMs = second;
    if (second > steadyFromS) {
      this.square += error ** 2;
      this.count++;
      this.max = Math.max(this.max, error);
    }
    if (event === undefined || second <= event.atS) return;
    this.peak = Math.max(this.peak, error);
    const calmS = Math.max(300, 4 * servers[0]!.pollS);
    const sinceS = second - event.atS;
    if (error > event.limitNs && sinceS - this.recovery <= calmS) this.recovery = sinceS;
  }

  compare(normalised: number): void {
    this.normalisedSquare += normalised ** 2;
    this.normalisedCount++;
  }

  outcome(estimator: Estimator): FilterOutcome {
    return {
      rmsNs: Math.sqrt(this.square / this.count),
      maxNs: this.max,
      normalised: Math.sqrt(this.normalisedSquare / this.normalisedCount),
      peakNs: this.peak,
      recoveryS: this.recovery,
      withinMsS: this.beyondMs + 1,
      estimator,
    };
  }
}

const common = (second: number) =>
  ({ clock: CLOCK, monotonic: instant(second), stamp: 'kernel', noiseFloorNs: NOISE_FLOOR_NS }) as const;

/** Servers with the same interval are asked in turn. */
const isDue = ({ pollS }: FilterServer, index: number, servers: number, second: number): boolean =>
  second <= BURST_S || (second + index * Math.floor(pollS / servers)) % pollS === 0;
