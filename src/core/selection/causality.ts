import type { Leg, Ns } from '../../api/index.js';
import { hypot } from '../arithmetic/hypot.js';
import type { TrackEstimate } from '../estimator/types.js';

/** Contradictory updates in a row after which the history of a track is dropped. */
const CONTRADICTIONS = 3;
/** A contradiction exceeds this many standard deviations of estimate and noise floor, plus the overcorrection. */
const TOLERANCE = 4;
/** Largest error of a leg's corrections, ns: latencies of stamps, asymmetries. */
const OVERCORRECTION_NS = 20e3;

/**
 * No message arrives before it was sent: each leg bounds its source's offset from one side, whatever the noise. Counts the
 * updates in a row that contradict the estimate of a track.
 */
export class CausalityCheck {
  #contradictions = 0;

  /**
   * Returns true when the estimate must be wrong. `legs`: of one update, with the estimate after them. `changeNs`: by how much the
   * offset has changed since a leg; undefined if that is not known.
   */
  refutes(
    estimate: TrackEstimate,
    legs: readonly Leg[],
    noiseFloorNs: Ns,
    changeNs: (leg: Leg) => Ns | undefined,
  ): boolean {
    // While a jump is suspected, the estimator decides.
    if (estimate.suspectNs > 0) return false;
    const toleranceNs = OVERCORRECTION_NS + TOLERANCE * hypot(estimate.sigmaNs, noiseFloorNs);
    let isCompared = false;
    let isContradicted = false;
    for (const leg of legs) {
      const change = changeNs(leg);
      if (change === undefined) continue;
      isCompared = true;
      if (earlyByNs(leg, estimate.offsetNs - change) > toleranceNs) isContradicted = true;
    }
    if (!isCompared) return false;
    this.#contradictions = isContradicted ? this.#contradictions + 1 : 0;
    return this.#contradictions >= CONTRADICTIONS;
  }

  restart(): void {
    this.#contradictions = 0;
  }
}

/** Returns the time by which a message would have arrived before it was sent if the source's offset were `offsetNs`. */
const earlyByNs = ({ direction, transitNs }: Leg, offsetNs: Ns): Ns =>
  direction === 'outbound' ? offsetNs - transitNs : -offsetNs - transitNs;
