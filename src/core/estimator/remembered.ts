import type { Ns } from '../../api/index.js';
import type { ShapeMemory } from './noise/leg-noise.js';

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
  /** Of one leg. */
  readonly noiseNs: Ns;
  readonly shapes: readonly ShapeMemory[];
}
