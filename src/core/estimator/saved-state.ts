import type { ClockId, Ns } from '../../api/index.js';
import { guess } from './oscillator/prior-guess.js';
import { FIRST_SLOPE_SIGMA } from './state/joint-filter.js';
import type { JointState } from './state/joint-state.js';
import type { TrackFilter } from './track-filter.js';
import type { SavedOscillator, SavedPath } from './types.js';

/** (s/s)²/s in (ns/s)²/s. */
const NS2_PER_S2 = 1e18;
/** A slope that is known worse than this, ppb, is not worth keeping. */
const WORST_SLOPE_SIGMA = 1e4;
/** Legs before a path is known. */
const LEGS_TO_KNOW = 32;
/** The share of the weights that is left to chance: the oscillator may have been exchanged. */
const DOUBT = 0.1;

/** By this factor another delay is another way, and another noise not to be believed. */
const OTHER_WAY = 3;
const OTHER_NOISE = 100;

/** Undefined while little is known. */
export function oscillatorOf(state: JointState, clock: ClockId): SavedOscillator | undefined {
  const { bank, layout } = state;
  const slope = bank.estimate(clock, layout.slope(clock));
  const slopeSigmaPpb = Math.sqrt(slope.variance);
  if (slopeSigmaPpb > WORST_SLOPE_SIGMA) return undefined;
  const weights = bank.marginalOf(clock);
  const wanders = bank.lines.hypotheses.map((wander, k) => ({ wander: wander / NS2_PER_S2, weight: weights[k]! }));
  return { slopePpb: slope.mean, slopeSigmaPpb, wanders };
}

/** Before the clock's first observation. */
export function recallOscillator({ bank, layout }: JointState, clock: ClockId, memory: SavedOscillator): void {
  const known = bank.lines.hypotheses.map((wander) => weightOf(memory, wander / NS2_PER_S2));
  const sum = known.reduce((total, weight) => total + weight, 0);
  const even = 1 / known.length;
  bank.remind(
    clock,
    known.map((weight) => (sum > 0 ? DOUBT * even + ((1 - DOUBT) * weight) / sum : even)),
  );
  const { slopePpb: mean, slopeSigmaPpb: sigma } = memory;
  guess(bank, clock, layout.slope(clock), { mean, sigma, freeSigma: FIRST_SLOPE_SIGMA });
}

/** Undefined while little is known. */
export function pathOf(state: JointState, track: TrackFilter): SavedPath | undefined {
  if (track.legs === undefined || track.delay < 0 || track.observations < LEGS_TO_KNOW) return undefined;
  const { mean, variance } = state.estimate(track, track.delay);
  return {
    delayNs: mean,
    delaySigmaNs: Math.sqrt(variance),
    noiseNs: track.legs.sigma,
    shapes: track.legs.learnt,
  };
}

/**
 * The remembered path of a track, once, if its first round trip, of twice `halfNs`, can have gone that way. `noiseNs`: what
 * one would expect of the noise.
 */
export function recallPath(track: TrackFilter, halfNs: Ns, noiseNs: Ns): SavedPath | undefined {
  const { remembered } = track;
  track.remembered = undefined;
  if (remembered === undefined || !isNear(remembered.delayNs, halfNs, OTHER_WAY)) return undefined;
  return isNear(remembered.noiseNs, noiseNs, OTHER_NOISE) ? remembered : undefined;
}

const isNear = (value: number, expected: number, factor: number): boolean =>
  value * factor > expected && value < expected * factor;

/** Hypotheses are the same when they differ by less than they were written with. */
const weightOf = ({ wanders }: SavedOscillator, wander: number): number =>
  wanders.find((known) => Math.abs(known.wander / wander - 1) < 1e-6)?.weight ?? 0;
