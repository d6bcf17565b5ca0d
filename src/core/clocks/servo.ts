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

/** One steered clock. */
export interface Servo {
  readonly policy: StepPolicy;
  /** Updates so far, as the step policy counts them. */
  updates: number;
  decidedAt: Instant | undefined;
  /** The last decision on something new. */
  heededAt: Instant | undefined;
  /** Something that carries the estimate spoke since the last decision. */
  fresh: boolean;
  /** A step was asked for and is not yet answered. */
  stepping: boolean;
  /** The host refused: no new attempt before. */
  restUntil: Instant | undefined;
  /** Its last objection. */
  refusal: string;
  /** The panic limit is exceeded, and the operator knows. */
  panicking: boolean;
  reason: string;
}

export interface ServoSituation {
  readonly now: Instant;
  /** The estimate now; undefined while nothing is known. */
  readonly model: ClockModel | undefined;
  /** Living sources carry it. */
  readonly carried: boolean;
  /** The correction in force and the most that the clock takes. */
  readonly frequencyPpb: number;
  readonly maxPpb: number;
}

export type ServoDecision =
  | { readonly type: 'hold'; readonly reason: string }
  | { readonly type: 'panic'; readonly reason: string }
  | { readonly type: 'steer'; readonly frequencyPpb: number; readonly reason: string }
  /** `frequencyPpb`: from then on, for nothing is left to slew. */
  | { readonly type: 'step'; readonly deltaNs: Ns; readonly frequencyPpb: number; readonly reason: string };

/** The time constant in intervals between decisions. Below 1.5 a correction that comes one interval late oscillates. */
const TIME_CONSTANT = 1.5;
const SHORTEST_INTERVAL_NS = NS_PER_S;
const PACE_NS = 0.5 * NS_PER_S;
/** Offsets below this part of their own sigma are corrected slowly: they are noise for the most part. */
const NOISE_SHARE = 0.25;
/** But not slower than this part of the full gain. */
const LEAST_GAIN = 0.1;
/** Step only what is surely there. */
const STEP_SIGMAS = 3;
/** The kernel's frequency unit is 2⁻¹⁶ ppm (adjtimex(2)): less is no change. */
const FREQUENCY_UNIT_PPB = 0.0153;
const REST_NS = 10 * NS_PER_S;

export const createServo = (policy: StepPolicy): Servo => ({
  policy,
  updates: 0,
  decidedAt: undefined,
  heededAt: undefined,
  fresh: false,
  stepping: false,
  restUntil: undefined,
  refusal: '',
  panicking: false,
  reason: 'waits for the first estimate',
});

/**
 * Whether it is time for a decision: the first update at once, then on something new or as time passes, both at a steady
 * pace however many sources speak.
 */
export function isDue({ decidedAt, heededAt, updates, fresh }: Servo, now: Instant): boolean {
  const since = fresh ? heededAt : decidedAt;
  return since === undefined || updates === 0 || Number(now - since) >= PACE_NS;
}

/** What to do with the clock now. Notes the decision in the servo. */
export function decide(servo: Servo, situation: ServoSituation): ServoDecision {
  const decision = consider(servo, situation);
  servo.reason = decision.reason;
  servo.decidedAt = situation.now;
  if (servo.fresh) servo.heededAt = situation.now;
  if (decision.type === 'step') servo.stepping = true;
  if (isUpdate(servo, situation) && decision.type !== 'hold') servo.updates++;
  servo.fresh = false;
  return decision;
}

/** Nothing is done to the clock for a while: something is happening that looks like an error and is none. */
export function rest(servo: Servo, restNs: Ns, reason: string, now: Instant): void {
  servo.restUntil = now + BigInt(restNs);
  servo.reason = reason;
}

/** The host would not: leave it in peace for a while. Answers whether the reason is a new one. */
export function refused(servo: Servo, why: string, now: Instant): boolean {
  const reason = `the clock could not be set: ${why}`;
  const isNew = servo.refusal !== reason;
  servo.refusal = reason;
  servo.stepping = false;
  rest(servo, REST_NS, reason, now);
  return isNew;
}

function consider(servo: Servo, situation: ServoSituation): ServoDecision {
  const { model, now } = situation;
  const { policy } = servo;
  if (servo.stepping) return { type: 'hold', reason: 'waits for the step to be done' };
  if (servo.restUntil !== undefined && now < servo.restUntil) return { type: 'hold', reason: servo.reason };
  if (model === undefined) return { type: 'hold', reason: 'nothing is known yet: the clock runs as it did' };
  const size = Math.abs(model.offsetNs);
  if (size > policy.panicNs && (servo.updates > 0 || policy.panicAtStart))
    return {
      type: 'panic',
      reason: `is ${formatOffset(model.offsetNs)}, more than the panic limit of ${formatDuration(policy.panicNs)}: left alone`,
    };
  const large = size > policy.thresholdNs;
  if (large && isUpdate(servo, situation) && servo.updates < policy.updates) {
    if (size < STEP_SIGMAS * model.sigmaNs)
      return { type: 'hold', reason: `is ${formatOffset(model.offsetNs)}, not yet surely enough to step` };
    return {
      type: 'step',
      deltaNs: model.offsetNs,
      frequencyPpb: clamp(situation.frequencyPpb + model.slopePpb, situation.maxPpb),
      reason: `was ${formatOffset(model.offsetNs)}, above the step threshold of ${formatDuration(policy.thresholdNs)}`,
    };
  }
  return steer(servo, situation, model);
}

/** The step policy counts decisions on something new. */
const isUpdate = (servo: Servo, { carried }: ServoSituation): boolean => servo.fresh && carried;

function steer(servo: Servo, { now, frequencyPpb, maxPpb }: ServoSituation, model: ClockModel): ServoDecision {
  const { policy } = servo;
  const slewPpb = clamp(gain(servo, model, now) * model.offsetNs, policy.maxSlewPpb);
  const wantedPpb = clamp(frequencyPpb + model.slopePpb + slewPpb, maxPpb);
  const reason = describe(servo, model, slewPpb, wantedPpb);
  if (!isAnother(wantedPpb, frequencyPpb)) return { type: 'hold', reason };
  return { type: 'steer', frequencyPpb: wantedPpb, reason };
}

/** For the clock they are two. */
export const isAnother = (frequencyPpb: number, inForcePpb: number): boolean =>
  Math.abs(frequencyPpb - inForcePpb) >= FREQUENCY_UNIT_PPB;

/** 1/τ in 1/s, smaller the less of the offset is more than noise. */
function gain(servo: Servo, { offsetNs, sigmaNs }: ClockModel, now: Instant): number {
  const sinceNs = servo.decidedAt === undefined ? 0 : Number(now - servo.decidedAt);
  const intervalS = Math.max(sinceNs, SHORTEST_INTERVAL_NS) / NS_PER_S;
  const worth = offsetNs === 0 ? 0 : offsetNs ** 2 / (offsetNs ** 2 + (NOISE_SHARE * sigmaNs) ** 2);
  return Math.max(worth, LEAST_GAIN) / (TIME_CONSTANT * intervalS);
}

function describe({ policy }: Servo, { offsetNs }: ClockModel, slewPpb: number, wantedPpb: number): string {
  const size = Math.abs(offsetNs);
  const rate = `runs at ${formatRate(wantedPpb)}`;
  if (size < policy.maxSlewPpb) return `is ${formatOffset(offsetNs)}, ${rate}`;
  const left = formatDuration((size / Math.abs(slewPpb)) * NS_PER_S);
  const whyNoStep = size > policy.thresholdNs ? ' because a step is not allowed any more' : '';
  return `is ${formatOffset(offsetNs)} and is slewed at ${formatRate(slewPpb)}${whyNoStep}, about ${left} to go`;
}

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
