import type { ClockId, Ns } from '../../api/index.js';
import { guess } from './oscillator/prior-guess.js';
import { FIRST_SLOPE_SIGMA_PPB } from './state/joint-filter.js';
import type { JointState } from './state/joint-state.js';
import type { TrackFilter } from './track-filter.js';
import type { SavedOscillator, SavedPath } from './types.js';

/** (s/s)²/s in (ns/s)²/s. */
const NS2_PER_S2 = 1e18;
/** A slope that is known worse than this, ppb, is not worth keeping. */
const GREATEST_SAVED_SLOPE_SIGMA_PPB = 1e4;
/** Legs before a path is known. */
const LEGS_TO_KNOW = 32;
/** The share of the weights that is left to chance: the oscillator may have been exchanged. */
const UNIFORM_SHARE = 0.1;

/** By this factor another delay is another way, and another noise not to be believed. */
const GREATEST_DELAY_RATIO = 3;
const GREATEST_NOISE_RATIO = 100;

/** Undefined while little is known. */
export function saveOscillator(state: JointState, clock: ClockId): SavedOscillator | undefined {
  const { bank, layout } = state;
  const slope = bank.momentsAt(clock, layout.slope(clock));
  const slopeSigmaPpb = Math.sqrt(slope.variance);
  if (slopeSigmaPpb > GREATEST_SAVED_SLOPE_SIGMA_PPB) return undefined;
  const weights = bank.wanderWeights(clock);
  const wanders = bank.lines.hypotheses.map((wander, k) => ({ wander: wander / NS2_PER_S2, weight: weights[k]! }));
  return { slopePpb: slope.mean, slopeSigmaPpb, wanders };
}

/** Before the clock's first observation. */
export function restoreOscillator({ bank, layout }: JointState, clock: ClockId, memory: SavedOscillator): void {
  const known = bank.lines.hypotheses.map((wander) => weightOf(memory, wander / NS2_PER_S2));
  const sum = known.reduce((total, weight) => total + weight, 0);
  const even = 1 / known.length;
  bank.restoreWanderWeights(
    clock,
    known.map((weight) => (sum > 0 ? UNIFORM_SHARE * even + ((1 - UNIFORM_SHARE) * weight) / sum : even)),
  );
  const { slopePpb: mean, slopeSigmaPpb: sigma } = memory;
  guess(bank, clock, layout.slope(clock), { mean, sigma, freeSigma: FIRST_SLOPE_SIGMA_PPB });
}

/** Undefined while little is known. */
export function savePath(state: JointState, track: TrackFilter): SavedPath | undefined {
  if (track.legNoise === undefined || track.delay < 0 || track.observations < LEGS_TO_KNOW) return undefined;
  const { mean, variance } = state.momentsOf(track, track.delay);
  return {
    delayNs: mean,
    delaySigmaNs: Math.sqrt(variance),
    noiseNs: track.legNoise.sigma,
    shapes: track.legNoise.savedShapes,
  };
}

/**
 * The remembered path of a track, once, if its first round trip, of twice `halfNs`, can have gone that way. `noiseNs`: what
 * one would expect of the noise.
 */
export function takeSavedPath(track: TrackFilter, halfNs: Ns, noiseNs: Ns): SavedPath | undefined {
  const { savedPath: remembered } = track;
  track.savedPath = undefined;
  if (remembered === undefined || !isNear(remembered.delayNs, halfNs, GREATEST_DELAY_RATIO)) return undefined;
  return isNear(remembered.noiseNs, noiseNs, GREATEST_NOISE_RATIO) ? remembered : undefined;
}

const isNear = (value: number, expected: number, factor: number): boolean =>
  value * factor > expected && value < expected * factor;

/** Hypotheses are the same when they differ by less than they were written with. */
const weightOf = ({ wanders }: SavedOscillator, wander: number): number =>
  wanders.find((known) => Math.abs(known.wander / wander - 1) < 1e-6)?.weight ?? 0;
