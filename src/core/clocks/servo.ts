import {
  formatDuration,
  formatOffset,
  formatRate,
  type Instant,
  NS_PER_S,
  type Ns,
  type StepPolicy,
} from '../../api/index.js';
import type { ClockModel } from './clock-model.js';

export interface ServoSituation {
  readonly now: Instant;
  /** The estimate now; undefined while nothing is known. */
  readonly model: ClockModel | undefined;
  /** Reachable sources carry the estimate. */
  readonly carried: boolean;
  /** The correction that is set now, and the greatest that the clock takes. */
  readonly frequencyPpb: number;
  readonly maxPpb: number;
}

export type ServoDecision =
  | { readonly type: 'hold'; readonly reason: string }
  /** `isNew`: the last decision was another. */
  | { readonly type: 'panic'; readonly reason: string; readonly isNew: boolean }
  | { readonly type: 'steer'; readonly frequencyPpb: number; readonly reason: string }
  /** `frequencyPpb`: the rate without the slew, which the step makes unnecessary. */
  | { readonly type: 'step'; readonly deltaNs: Ns; readonly frequencyPpb: number; readonly reason: string };

/** Time constant in intervals between decisions. Below 1.5 a correction that is one interval late oscillates. */
const TIME_CONSTANT = 1.5;
const SHORTEST_INTERVAL_NS = NS_PER_S;
/** Shortest time between two decisions. */
const PACE_NS = 0.5 * NS_PER_S;
/** Offsets below this part of their own sigma are corrected slowly: they are mostly noise. */
const NOISE_SHARE = 0.25;
/** Least part of the full gain. */
const LEAST_GAIN = 0.1;
/** An offset is stepped only if it is this many sigmas. */
const STEP_SIGMAS = 3;
/** The kernel's unit of frequency, 2⁻¹⁶ ppm (adjtimex(2)). */
const FREQUENCY_UNIT_PPB = 0.0153;
/** Time without another attempt after the host refused one. */
const REFUSAL_REST_NS = 10 * NS_PER_S;

/** Decides, for one clock, between slewing, stepping and leaving it alone. */
export class Servo {
  readonly #policy: StepPolicy;
  /** Updates so far: decisions on new observations. */
  #updates = 0;
  #decidedAt: Instant | undefined;
  /** The last decision on new observations. */
  #updatedAt: Instant | undefined;
  /** A carrier has been heard since the last decision. */
  #isFresh = false;
  /** A step was decided and the host has not answered yet. */
  #isStepping = false;
  #isPanicking = false;
  #restUntil: Instant | undefined;
  #refusal = '';
  #reason = 'waits for the first estimate';

  constructor(policy: StepPolicy) {
    this.#policy = policy;
  }

  /** The last decision, as a clause after the clock's name. */
  get reason(): string {
    return this.#reason;
  }

  /** A carrier has been heard. */
  refresh(): void {
    this.#isFresh = true;
  }

  /** The host has made the step. */
  stepDone(): void {
    this.#isStepping = false;
  }

  /** Returns true when it is time for a decision: at once for the first update, then at a steady pace. */
  isDue(now: Instant): boolean {
    const since = this.#isFresh ? this.#updatedAt : this.#decidedAt;
    return since === undefined || this.#updates === 0 || Number(now - since) >= PACE_NS;
  }

  decide(situation: ServoSituation): ServoDecision {
    const isUpdate = this.#isFresh && situation.carried;
    const decision = this.#consider(situation, isUpdate);
    this.#reason = decision.reason;
    this.#decidedAt = situation.now;
    if (this.#isFresh) this.#updatedAt = situation.now;
    if (decision.type === 'step') this.#isStepping = true;
    if (isUpdate && decision.type !== 'hold') this.#updates++;
    this.#isPanicking = decision.type === 'panic';
    this.#isFresh = false;
    return decision;
  }

  /** Leaves the clock alone for `restNs`. */
  rest(restNs: Ns, reason: string, now: Instant): void {
    this.#restUntil = now + BigInt(restNs);
    this.#reason = reason;
  }

  /** The host refused: the clock is left alone for a while. Returns true when the reason is new. */
  refused(why: string, now: Instant): boolean {
    const reason = `the clock could not be set: ${why}`;
    const isNew = this.#refusal !== reason;
    this.#refusal = reason;
    this.#isStepping = false;
    this.rest(REFUSAL_REST_NS, reason, now);
    return isNew;
  }

  #consider(situation: ServoSituation, isUpdate: boolean): ServoDecision {
    const { model, now } = situation;
    const { thresholdNs, updates, panicNs, panicAtStart } = this.#policy;
    if (this.#isStepping) return { type: 'hold', reason: 'waits until the step is done' };
    if (this.#restUntil !== undefined && now < this.#restUntil) return { type: 'hold', reason: this.#reason };
    if (model === undefined) return { type: 'hold', reason: 'nothing is known yet, so the clock runs as it did' };
    const offset = `is ${formatOffset(model.offsetNs)}`;
    const size = Math.abs(model.offsetNs);
    if (size > panicNs && (this.#updates > 0 || panicAtStart)) {
      const reason = `${offset}, more than the panic limit of ${formatDuration(panicNs)}, and is left alone`;
      return { type: 'panic', reason, isNew: !this.#isPanicking };
    }
    if (size <= thresholdNs || !isUpdate || this.#updates >= updates) return this.#steer(situation, model);
    if (size < STEP_SIGMAS * model.sigmaNs)
      return { type: 'hold', reason: `${offset}, which is not certain enough for a step yet` };
    return {
      type: 'step',
      deltaNs: model.offsetNs,
      frequencyPpb: clamp(situation.frequencyPpb + model.slopePpb, situation.maxPpb),
      reason: `was ${formatOffset(model.offsetNs)}, above the step threshold of ${formatDuration(thresholdNs)}`,
    };
  }

  #steer({ now, frequencyPpb, maxPpb }: ServoSituation, model: ClockModel): ServoDecision {
    const slewPpb = clamp(this.#gain(model, now) * model.offsetNs, this.#policy.maxSlewPpb);
    const wantedPpb = clamp(frequencyPpb + model.slopePpb + slewPpb, maxPpb);
    const reason = this.#describe(model, slewPpb, wantedPpb);
    if (!isAnother(wantedPpb, frequencyPpb)) return { type: 'hold', reason };
    return { type: 'steer', frequencyPpb: wantedPpb, reason };
  }

  /** Returns 1/τ in 1/s: smaller if more of the offset is noise. */
  #gain({ offsetNs, sigmaNs }: ClockModel, now: Instant): number {
    const sinceNs = this.#decidedAt === undefined ? 0 : Number(now - this.#decidedAt);
    const intervalS = Math.max(sinceNs, SHORTEST_INTERVAL_NS) / NS_PER_S;
    const worth = offsetNs === 0 ? 0 : offsetNs ** 2 / (offsetNs ** 2 + (NOISE_SHARE * sigmaNs) ** 2);
    return Math.max(worth, LEAST_GAIN) / (TIME_CONSTANT * intervalS);
  }

  #describe({ offsetNs }: ClockModel, slewPpb: number, wantedPpb: number): string {
    const { maxSlewPpb, thresholdNs } = this.#policy;
    const size = Math.abs(offsetNs);
    if (size < maxSlewPpb) return `is ${formatOffset(offsetNs)}, runs at ${formatRate(wantedPpb)}`;
    const left = formatDuration((size / Math.abs(slewPpb)) * NS_PER_S);
    const whyNoStep = size > thresholdNs ? ' because the step policy allows no step any more' : '';
    return `is ${formatOffset(offsetNs)} and is slewed at ${formatRate(slewPpb)}${whyNoStep}, about ${left} to go`;
  }
}

/** Returns true when the clock can tell two corrections apart. */
export const isAnother = (frequencyPpb: number, setPpb: number): boolean =>
  Math.abs(frequencyPpb - setPpb) >= FREQUENCY_UNIT_PPB;

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
