import { type ClockId, NS_PER_S, type Ns } from '../../api/index.js';
import type { SavedOscillator, SavedPath } from '../estimator/types.js';

/** A clock, as the next run of the hub starts from it. */
export interface SavedClock {
  readonly clock: ClockId;
  /** Correction that the bare oscillator needs, ppb. */
  readonly frequencyPpb: number;
  readonly sigmaPpb: number;
  readonly wanders: SavedOscillator['wanders'];
}

/** The path of a track, as the next run starts from it. */
export interface SavedTrack extends SavedPath {
  /** `ntp.a` or `ntp.a/path`. */
  readonly key: string;
  /** Address claim of the source; empty if it has none. */
  readonly address: string;
}

export interface SavedState {
  readonly clocks: readonly SavedClock[];
  readonly tracks: readonly SavedTrack[];
}

/** Frequency change over a restart of the daemon: the oscillator is at about the same temperature (one standard deviation). */
const RESTART_PPB = 50;
/** Time constant with which a machine that is switched off cools. */
const COOLING_NS = 3600 * NS_PER_S;
/** Frequency change of a cold oscillator (one standard deviation). */
const COLD_PPB = 1000;

/** Returns the saved state after `ageNs`: oscillators have wandered and cooled meanwhile. */
export const aged = (memory: SavedState, ageNs: Ns): SavedState => ({
  ...memory,
  clocks: memory.clocks.map((clock) => ({ ...clock, sigmaPpb: agedSigmaPpb(clock, ageNs) })),
});

/** Returns the frequency change of a machine that was off for `offNs` and cooled (one standard deviation). */
export const coolingPpb = (offNs: Ns): number => COLD_PPB * -Math.expm1(-offNs / COOLING_NS);

function agedSigmaPpb({ sigmaPpb, wanders }: SavedClock, ageNs: Ns): number {
  const wander = wanders.reduce((sum, one) => sum + one.wander * one.weight, 0);
  const wanderPpb = Math.sqrt((wander * ageNs) / NS_PER_S) * NS_PER_S;
  return Math.hypot(sigmaPpb, wanderPpb, RESTART_PPB, coolingPpb(ageNs));
}
