import type { ClockId, Instant, Ns, Observation } from '../../api/index.js';
import { JumpDetector } from './jumps/jump-detector.js';
import { OutlierHistory } from './jumps/outlier-history.js';
import { RouteChange } from './jumps/route-change.js';
import { FloorMovement } from './noise/floor-movement.js';
import type { GaussianNoise } from './noise/gaussian-noise.js';
import type { LegNoise } from './noise/leg-noise.js';
import type { SavedPath } from './types.js';

/**
 * The estimator's record of one track: one source over one path. Each field has one writer, named above it. All fields are
 * set here, so that V8 gives all tracks one hidden class.
 */
export class TrackFilter {
  readonly key: string;
  readonly clock: ClockId;
  /** The other local clock of a comparison. */
  readonly versus: ClockId | undefined;
  readonly outliers = new OutlierHistory();
  readonly jumps: JumpDetector;
  readonly route = new RouteChange();
  readonly floor = new FloorMovement();

  // Written by `StateLayout`: indices in the joint state, undefined while the track has no such variable.
  /** The offset that this track alone shows: y = θ + a (of a comparison: θ − θ of the other clock + a). */
  phase: number | undefined = undefined;
  /** One-way base delay of the path: from the first leg in the second direction on. */
  delay: number | undefined = undefined;

  // Written by `JointState`.
  /** Sigma of the asserted bias; undefined: the track is not admitted. */
  biasSigmaNs: Ns | undefined = undefined;
  /** The random walk of phase and delay is added up to this instant. */
  walkAddedAt: Instant;

  // Written by `CombinedEstimate`.
  /** Share in the combined estimate, before it is limited to 0 and more. */
  weight = 0;

  // Written by `ObservationUpdate`.
  /** Direction of the first leg since the track began: +1 outbound, −1 inbound. */
  firstDirection: -1 | 1 | undefined = undefined;
  /** Noise models by the kind of observation, each from the first observation of its kind on. */
  legNoise: LegNoise | undefined = undefined;
  phaseNoise: GaussianNoise | undefined = undefined;
  rateNoise: GaussianNoise | undefined = undefined;
  /** It is not admitted while another track of its clock is: its observations move only its own variables. */
  isPassive = false;
  /** The track begins again with its next observation; its noise models stay. */
  restartPending = false;
  restarts = 0;
  observations = 0;
  /** Instant of the last observation that was used. */
  last: Instant;
  /** From an earlier run of the hub, until the path is measured. */
  savedPath: SavedPath | undefined;

  /** `now`: the instant of the joint state. */
  constructor(key: string, observation: Observation, now: Instant, savedPath?: SavedPath) {
    this.key = key;
    this.clock = observation.clock;
    this.versus = observation.kind === 'reading' ? observation.versus : undefined;
    this.jumps = new JumpDetector(observation.monotonic);
    this.walkAddedAt = now;
    this.last = observation.monotonic;
    this.savedPath = savedPath;
  }

  get isAdmitted(): boolean {
    return this.biasSigmaNs !== undefined;
  }

  /** Standard deviation of one observation of the phase or of one leg; undefined before the first. */
  get noiseNs(): Ns | undefined {
    return this.phaseNoise?.sigma ?? this.legNoise?.pathSigma;
  }
}
