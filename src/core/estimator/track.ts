import type { ClockId, Instant, Ns } from '../../api/index.js';
import type { GaussianNoise } from './gaussian-noise.js';
import type { LegNoise } from './leg-noise.js';

/** What one source says over one path, and where its variables are in the joint state. −1: none yet. */
export interface Track {
  readonly key: string;
  readonly clock: ClockId;
  /** The other local clock of a comparison. */
  readonly versus: ClockId | undefined;
  /** The offset as this track has it: θ + a (of a comparison: θ − θ of the other + a). */
  phase: number;
  /** Base delay of the path, from the first leg in the opposite direction on. */
  delay: number;
  /** Direction of the first leg: +1 outbound, −1 inbound, 0 no leg yet. */
  firstDirection: -1 | 0 | 1;
  /** Noise by the kind of observation, from the first of that kind on. */
  legs: LegNoise | undefined;
  phases: GaussianNoise | undefined;
  rates: GaussianNoise | undefined;
  /** Observations in a row that could not be. */
  strays: number;
  /** Others in a row since. */
  calm: number;
  /** It had to begin anew lately. */
  restarted: boolean;
  observations: number;
  last: Instant;
  /** Until when the random walk of phase and delay has been added. */
  walked: Instant;
  /** Of the assertion "my bias is zero"; NaN: not admitted. */
  biasSigmaNs: Ns;
  weight: number;
}
