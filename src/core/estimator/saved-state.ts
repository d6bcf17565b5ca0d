import type { ClockId, Ns } from '../../api/index.js';
import { GREATEST_LASTING_WANDER, NS2_PER_S2 } from './oscillator/wander-lines.js';
import { FIRST_SLOPE_SIGMA_PPB } from './state/joint-filter.js';
import type { JointState } from './state/joint-state.js';
import type { TrackFilter } from './track-filter.js';
import type { SavedOscillator, SavedPath } from './types.js';

/** A slope with a greater sigma is not worth saving, ppb. */
const GREATEST_SAVED_SLOPE_SIGMA_PPB = 1e4;
/** Observations after which a path is known well enough to be saved. */
const LEGS_TO_KNOW = 32;
/** Share of the weights that is spread evenly over the wanders that last: the oscillator may have been exchanged. */
const UNIFORM_SHARE = 0.1;
/** A saved path is another path if its delay differs by more than this factor, or its noise by more than the other. */
const GREATEST_DELAY_RATIO = 3;
const GREATEST_NOISE_RATIO = 100;

/** Returns undefined while little is known. */
export function saveOscillator(state: JointState, clock: ClockId): SavedOscillator | undefined {
  const { bank, layout } = state;
  const slope = bank.momentsAt(clock, layout.slope(clock));
  const slopeSigmaPpb = Math.sqrt(slope.variance);
  if (slopeSigmaPpb > GREATEST_SAVED_SLOPE_SIGMA_PPB) return undefined;
  const weights = bank.wanderWeights(clock);
  const wanders = bank.lines.hypotheses.map((wander, k) => ({ wander: wander / NS2_PER_S2, weight: weights[k]! }));
  return { slopePpb: slope.mean, slopeSigmaPpb, wanders };
}

/** Must be called before the clock's first observation. */
export function restoreOscillator({ bank, layout }: JointState, clock: ClockId, saved: SavedOscillator): void {
  const { hypotheses } = bank.lines;
  // A frequency step is no property of an oscillator.
  const lasting = hypotheses.filter((wander) => wander <= GREATEST_LASTING_WANDER);
  const sum = lasting.reduce((total, wander) => total + weightOf(saved, wander / NS2_PER_S2), 0);
  const even = 1 / lasting.length;
  const restored = (wander: number): number =>
    sum > 0 ? UNIFORM_SHARE * even + ((1 - UNIFORM_SHARE) * weightOf(saved, wander / NS2_PER_S2)) / sum : even;
  bank.restoreWanderWeights(
    clock,
    hypotheses.map((wander) => (lasting.includes(wander) ? restored(wander) : 0)),
  );
  bank.setGuess(clock, layout.slope(clock), saved.slopePpb, saved.slopeSigmaPpb, FIRST_SLOPE_SIGMA_PPB);
}

/** Returns undefined while little is known. */
export function savePath(state: JointState, track: TrackFilter): SavedPath | undefined {
  const { legNoise, delay, observations } = track;
  if (legNoise === undefined || delay === undefined || observations < LEGS_TO_KNOW) return undefined;
  const { mean, variance } = state.momentsOf(track, delay);
  return {
    delayNs: mean,
    delaySigmaNs: Math.sqrt(variance),
    noiseNs: legNoise.pathSigma,
    shapes: legNoise.savedShapes,
  };
}

/** Returns true if the first round trip, of twice `halfNs`, may be that of the saved path. `noiseNs`: expected noise. */
export const isSamePath = (saved: SavedPath, halfNs: Ns, noiseNs: Ns): boolean =>
  isNear(saved.delayNs, halfNs, GREATEST_DELAY_RATIO) && isNear(saved.noiseNs, noiseNs, GREATEST_NOISE_RATIO);

const isNear = (value: number, expected: number, factor: number): boolean =>
  value * factor > expected && value < expected * factor;

/** Compares hypotheses with the precision with which they are written. */
const weightOf = ({ wanders }: SavedOscillator, wander: number): number =>
  wanders.find((known) => Math.abs(known.wander / wander - 1) < 1e-6)?.weight ?? 0;
