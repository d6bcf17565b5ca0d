import type { ClockId, Ns } from '../../api/index.js';
import type { JointState } from './joint-state.js';
import type { ShapeMemory } from './leg-noise.js';
import type { Track } from './track.js';

/** What is worth keeping of an oscillator for the next start. */
export interface OscillatorMemory {
  /** d(offset)/dt as the clock runs, ppb. */
  readonly slopePpb: number;
  readonly slopeSigmaPpb: number;
  /** Hypotheses of wander, (s/s)²/s, and how much each counts. */
  readonly wanders: readonly { readonly wander: number; readonly weight: number }[];
}

/** What is worth keeping of a two-way path. */
export interface PathMemory {
  /** One way, without queues. */
  readonly delayNs: Ns;
  readonly delaySigmaNs: Ns;
  readonly shapes: readonly ShapeMemory[];
}

/** A first guess of a path's delay. */
export interface DelayGuess {
  readonly meanNs: Ns;
  readonly sigmaNs: Ns;
}

/** (s/s)²/s in (ns/s)²/s. */
const NS2_PER_S2 = 1e18;
/** A slope that is known worse than this, ppb, is not worth keeping. */
const WORST_SLOPE_SIGMA = 1e4;
/** Legs before a path is known. */
const LEGS_TO_KNOW = 32;
/** The share of the weights that is left to chance: the oscillator may have been exchanged. */
const DOUBT = 0.1;
/** The first round trip may not be shorter than remembered by so many sigmas, nor longer: then it is another way. */
const TOO_SHORT = 4;
const TOO_LONG = 10;

/** Undefined while little is known. */
export function oscillatorOf(state: JointState, clock: ClockId): OscillatorMemory | undefined {
  const { bank } = state;
  const slope = bank.estimate(clock, state.slopeRow(clock));
  const slopeSigmaPpb = Math.sqrt(slope.variance);
  if (slopeSigmaPpb > WORST_SLOPE_SIGMA) return undefined;
  const weights = bank.weightsOf(clock);
  const wanders = bank.members.map(({ wander }, k) => ({ wander: wander / NS2_PER_S2, weight: weights[k]! }));
  return { slopePpb: slope.mean, slopeSigmaPpb, wanders };
}

/**
 * Starts a clock's slope from what is remembered. The most restless member of the bank keeps a free slope: if the memory is
 * wrong it alone predicts well, and the others will be recalled from it. Before the first observation.
 */
export function recallOscillator({ bank, layout }: JointState, clock: ClockId, memory: OscillatorMemory): void {
  const slope = layout.slope(clock);
  const weights = bank.weightsOf(clock);
  const restless = Math.max(...bank.members.map(({ wander }) => wander));
  let sum = 0;
  for (const [k, { x, covariance, wander }] of bank.members.entries()) {
    x[slope] = memory.slopePpb;
    if (wander < restless) covariance.forget(slope, memory.slopeSigmaPpb ** 2);
    weights[k] = weightOf(memory, wander / NS2_PER_S2);
    sum += weights[k]!;
  }
  for (let k = 0; k < weights.length; k++)
    weights[k] = (DOUBT + (sum > 0 ? ((1 - DOUBT) * weights.length * weights[k]!) / sum : 1 - DOUBT)) / weights.length;
}

/** Undefined while little is known. */
export function pathOf(state: JointState, track: Track): PathMemory | undefined {
  if (track.legs === undefined || track.delay < 0 || track.observations < LEGS_TO_KNOW) return undefined;
  const { mean, variance } = state.estimate(track, track.delay);
  return { delayNs: mean, delaySigmaNs: Math.sqrt(variance), shapes: track.legs.learnt };
}

/** The remembered delay of a track, if its first round trip (`halfNs`: half of it) can be of that way. */
export function recallDelay({ remembered, legs }: Track, halfNs: Ns): DelayGuess | undefined {
  if (remembered === undefined) return undefined;
  const sigmaNs = Math.hypot(remembered.delaySigmaNs, legs?.sigma ?? 0);
  const excess = (halfNs - remembered.delayNs) / sigmaNs;
  if (!(excess > -TOO_SHORT && excess < TOO_LONG)) return undefined;
  return { meanNs: remembered.delayNs, sigmaNs: remembered.delaySigmaNs };
}

/** Hypotheses are the same when they differ by less than they were written with. */
const weightOf = ({ wanders }: OscillatorMemory, wander: number): number =>
  wanders.find((known) => Math.abs(known.wander / wander - 1) < 1e-6)?.weight ?? 0;
