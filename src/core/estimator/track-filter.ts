import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';
import { JumpDetector } from './jumps/jump-detector.js';
import { noOutliers, type ObservationDirection, type OutlierCount } from './jumps/outlier-count.js';
import type { GaussianNoise } from './noise/gaussian-noise.js';
import type { LegNoise } from './noise/leg-noise.js';
import type { SavedPath } from './types.js';

/** What one source says over one path, and where its variables are in the joint state (−1: none yet). */
export interface TrackFilter {
  readonly key: string;
  readonly clock: ClockId;
  /** The other local clock of a comparison. */
  readonly versus: ClockId | undefined;
  /** The offset as this track has it: y = θ + a (of a comparison: θ − θ of the other + a). */
  phase: number;
  /** Base delay of the path, from the first leg in the opposite direction on. */
  delay: number;
  /** Direction of the first leg: +1 outbound, −1 inbound, 0 no leg yet. */
  firstDirection: -1 | 0 | 1;
  /** Noise by the kind of observation, from the first of that kind on. */
  legNoise: LegNoise | undefined;
  phaseNoise: GaussianNoise | undefined;
  rateNoise: GaussianNoise | undefined;
  outliers: Record<ObservationDirection, OutlierCount>;
  readonly jumpDetector: JumpDetector;
  /** Observations in a row that were no strays. */
  regularCount: number;
  /** It had to begin anew lately. */
  restartedLately: boolean;
  /** It begins anew with its next observation. */
  restartPending: boolean;
  /** Its time has jumped: its phase begins anew with its next observation, what is known of its path stays. */
  jumpPending: boolean;
  /** How often it has, and by how much the last time; NaN while that is not known. */
  jumpCount: number;
  jumpNs: Ns;
  restarts: number;
  observations: number;
  last: Instant;
  /** Until when the random walk of phase and delay has been added. */
  walkAddedAt: Instant;
  /** Of the assertion "my bias is zero"; NaN: not admitted. */
  biasSigmaNs: Ns;
  /** Others are admitted and it is not. */
  isPassive: boolean;
  weight: number;
  /** From before a restart, until it has been used. */
  savedPath: SavedPath | undefined;
}

export const createTrack = (key: string, observation: Observation, now: Instant): TrackFilter => ({
  key,
  clock: observation.clock,
  versus: observation.kind === 'reading' ? observation.versus : undefined,
  phase: -1,
  delay: -1,
  firstDirection: 0,
  legNoise: undefined,
  phaseNoise: undefined,
  rateNoise: undefined,
  outliers: noOutliers(),
  jumpDetector: new JumpDetector(observation.monotonic),
  regularCount: 0,
  restartedLately: false,
  restartPending: false,
  jumpPending: false,
  jumpCount: 0,
  jumpNs: Number.NaN,
  restarts: 0,
  observations: 0,
  last: observation.monotonic,
  walkAddedAt: now,
  biasSigmaNs: Number.NaN,
  isPassive: false,
  weight: 0,
  savedPath: undefined,
});

export const isAdmitted = (track: TrackFilter): boolean => !Number.isNaN(track.biasSigmaNs);

/** Standard deviation of one observation of the phase or of one leg; NaN before the first. */
export const noiseOf = (track: TrackFilter): Ns => track.phaseNoise?.sigma ?? track.legNoise?.sigma ?? Number.NaN;
