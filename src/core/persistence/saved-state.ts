import { type ClockId, NS_PER_S, type Ns } from '../../api/index.js';
import type { SavedOscillator, SavedPath } from '../estimator/types.js';

/** What is kept of a clock from one run to the next. */
export interface SavedClock {
  readonly clock: ClockId;
  /** The correction that its bare oscillator needs, ppb. */
  readonly frequencyPpb: number;
  readonly sigmaPpb: number;
  readonly wanders: SavedOscillator['wanders'];
}

/** What is kept of a source's path. */
export interface SavedTrack extends SavedPath {
  /** `ntp.a` or `ntp.a/path`. */
  readonly key: string;
  /** Where the source was; empty where it does not say. */
  readonly address: string;
}

export interface SavedState {
  readonly clocks: readonly SavedClock[];
  readonly tracks: readonly SavedTrack[];
}

/** A daemon that comes back finds its oscillator at about the same temperature; */
const RESTART_PPB = 50;
/** one that was switched off for so long finds it cold. */
const COOLING_NS = 3600 * NS_PER_S;
const COLD_PPB = 1000;

/** The memory after `ageNs`: oscillators have wandered and cooled meanwhile. */
export const aged = (memory: SavedState, ageNs: Ns): SavedState => ({
  ...memory,
  clocks: memory.clocks.map((clock) => ({ ...clock, sigmaPpb: agedSigmaPpb(clock, ageNs) })),
});

/** How far a frequency may have moved (one standard deviation) while the machine was off for so long and cooled. */
export const coolingPpb = (offNs: Ns): number => COLD_PPB * -Math.expm1(-offNs / COOLING_NS);

function agedSigmaPpb({ sigmaPpb, wanders }: SavedClock, ageNs: Ns): number {
  const wander = wanders.reduce((sum, one) => sum + one.wander * one.weight, 0);
  const wanderPpb = Math.sqrt((wander * ageNs) / NS_PER_S) * NS_PER_S;
  return Math.hypot(sigmaPpb, wanderPpb, RESTART_PPB, coolingPpb(ageNs));
}
