import type { Leg, Ns, Observation, Pulse, Rate, Reading, StampClass } from '../../api/index.js';
import type { JumpVerdict } from './jumps/jump-detector.js';
import { noOutliers, type ObservationDirection } from './jumps/outlier-count.js';
import { checkForReset } from './jumps/track-reset.js';
import { GaussianNoise } from './noise/gaussian-noise.js';
import { LegNoise } from './noise/leg-noise.js';
import type { NoiseModel } from './noise/noise.js';
import { takeSavedPath } from './saved-state.js';
import type { JointState } from './state/joint-state.js';
import type { ObservationRow } from './state/observation-row.js';
import { noiseOf, type TrackFilter } from './track-filter.js';
import type { Innovation } from './types.js';

/** What comes later than this after its event is of no use any more. */
const GREATEST_AGE_S = 8;
/** First guesses of a noise: by stamp class, and of a two-way path as a share of its delay. */
const FIRST_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 1e4, kernel: 1e6, user: 1e7 };
const FIRST_PULSE_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 1e2, kernel: 1e4, user: 1e6 };
const FIRST_NOISE_OF_DELAY = 0.05;
const LEAST_FIRST_NOISE_NS = 1e3;
/** How near the one observation is with which a phase begins anew. */
const RESTART_SIGMAS = 3;
/** A pulse is numbered while this many sigmas of the phase are within half its period. */
const NUMBERING_SIGMAS = 6;

const UNUSED: Innovation = { residualNs: Number.NaN, normalised: Number.NaN, used: false };
const FIRST: Innovation = { residualNs: 0, normalised: 0, used: true };

/** Turns each kind of observation into its rows of the joint state, and absorbs them. */
export class ObservationUpdate {
  private readonly state: JointState;
  private readonly members: number;
  /** Of the observation at hand: +1 where it shows the phase as it is, −1 where it shows it reversed; how late it is. */
  private sign: 1 | -1 = 1;
  private lateS = 0;
  private direction: ObservationDirection = 'phase';

  constructor(state: JointState) {
    this.state = state;
    this.members = state.bank.capacity;
  }

  process(track: TrackFilter, observation: Observation): Innovation {
    const lateS = this.state.sinceS(observation.monotonic);
    if (lateS > GREATEST_AGE_S) return UNUSED;
    if (track.restartPending) this.restartTrack(track);
    track.isPassive = this.state.isPassive(track);
    this.state.addRandomWalk(track, noiseOf(track));
    const innovation = this.processByKind(track, observation, lateS);
    if (!innovation.used) return innovation;
    track.observations++;
    track.last = observation.monotonic;
    this.state.noteValueChange();
    return innovation;
  }

  private processByKind(track: TrackFilter, observation: Observation, lateS: number): Innovation {
    switch (observation.kind) {
      case 'leg':
        return this.processLeg(track, observation, lateS);
      case 'pulse':
        return this.processPulse(track, observation, lateS);
      case 'reading':
        return this.processPhase(track, observation, observation.offsetNs, readingNoise(observation), lateS);
      case 'rate':
        return this.processRate(track, observation);
    }
  }

  private processLeg(track: TrackFilter, leg: Leg, lateS: number): Innovation {
    const sign = leg.direction === 'outbound' ? 1 : -1;
    this.sign = sign;
    this.lateS = lateS;
    this.direction = leg.direction;
    const transitNs = leg.transitNs - sign * this.state.controlledSince(track, leg.monotonic);
    track.legNoise ??= new LegNoise(FIRST_NOISE_NS[leg.stamp], this.members);
    if (track.phase < 0) {
      track.firstDirection = sign;
      this.state.addPhase(track, sign * transitNs, lateS, noiseOf(track));
      return FIRST;
    }
    if (track.delay < 0 && track.firstDirection !== sign) this.addDelay(track, transitNs);
    const noise = track.legNoise.setDirection(leg.direction);
    const row = this.state.phaseRow(track, sign, lateS);
    if (track.delay < 0) return this.update(track, leg, row, transitNs, noise);
    const innovation = this.update(track, leg, row.add(track.delay, 1), transitNs, noise);
    if (innovation.used) this.state.bank.shift(track.delay, noise.alignEdges());
    return innovation;
  }

  /** The first leg of the other way: the two together show the delay, and the delay hints at the noise of legs to come. */
  private addDelay(track: TrackFilter, transitNs: Ns): void {
    const { bank } = this.state;
    const otherNs = track.firstDirection * bank.mean(track.clock, this.state.phaseRow(track, 1, 0));
    const halfNs = (transitNs + otherNs) / 2;
    const hintNs = Math.max(FIRST_NOISE_OF_DELAY * Math.abs(halfNs), LEAST_FIRST_NOISE_NS);
    const remembered = takeSavedPath(track, halfNs, hintNs);
    if (remembered !== undefined)
      track.legNoise = new LegNoise(hintNs, this.members).restore(remembered.noiseNs, remembered.shapes);
    else if (track.legNoise?.hasBothDirections !== true) {
      track.legNoise = new LegNoise(hintNs, this.members);
      bank.addVariance(track.phase, track.legNoise.rmsOverShapes ** 2);
    }
    this.state.addDelay(track, track.firstDirection, remembered);
  }

  private processPulse(track: TrackFilter, pulse: Pulse, lateS: number): Innovation {
    const { periodNs } = pulse;
    const expectedNs = this.predictPulse(track, pulse);
    if (Number.isNaN(expectedNs)) return UNUSED;
    const within = Number(pulse.edge % BigInt(Math.round(periodNs)));
    const phaseNs = Math.round((expectedNs + within) / periodNs) * periodNs - within;
    return this.processPhase(track, pulse, phaseNs, FIRST_PULSE_NOISE_NS[pulse.stamp], lateS);
  }

  /**
   * Where a pulse is looked for: where its own track is, unless the clock's phase as the vote has it is in another period;
   * else by the vote, else by the number that the source gave. NaN: no phase is known to a fraction of the period.
   */
  private predictPulse(track: TrackFilter, { clock, periodNs, numberedOffsetNs }: Pulse): Ns {
    const {
      isAnchored: anchored,
      offset,
      variance,
      biasVariance: biases,
    } = this.state.combine()[this.state.layout.clocks.indexOf(clock)]!;
    const isKnown = (squareNs: number) => NUMBERING_SIGMAS * Math.sqrt(squareNs) < periodNs / 2;
    const voted = anchored && isKnown(variance + biases);
    const own = this.state.momentsOf(track, track.phase);
    if (voted && Math.abs(own.mean - offset) > periodNs / 2) this.restartTrack(track);
    if (track.phase >= 0 && isKnown(own.variance)) return own.mean;
    return voted ? offset : (numberedOffsetNs ?? Number.NaN);
  }

  /** A two-sided observation of the phase. `noiseNs`: what is to be expected of this one. */
  private processPhase(track: TrackFilter, at: Observation, phaseNs: Ns, noiseNs: Ns, lateS: number): Innovation {
    const valueNs = phaseNs - this.state.controlledSince(track, at.monotonic);
    track.phaseNoise ??= new GaussianNoise(this.members);
    track.phaseNoise.unit = noiseNs;
    this.sign = 1;
    this.lateS = lateS;
    this.direction = 'phase';
    if (track.phase >= 0)
      return this.update(track, at, this.state.phaseRow(track, 1, lateS), valueNs, track.phaseNoise);
    this.state.addPhase(track, valueNs, lateS, Math.hypot(noiseOf(track), at.noiseFloorNs));
    return FIRST;
  }

  private processRate(track: TrackFilter, { frequencyPpb, noisePpb }: Rate): Innovation {
    const { bank } = this.state;
    track.rateNoise ??= new GaussianNoise(this.members);
    track.rateNoise.unit = noisePpb;
    const row = this.state.slopeRow(track.clock);
    const residual = frequencyPpb - bank.mean(track.clock, row);
    const floor = noisePpb * RATE_FLOOR;
    const expected = track.rateNoise.sigma ** 2 + floor ** 2;
    const variance = bank.update(track, row, frequencyPpb, track.rateNoise, floor);
    return { residualNs: residual, normalised: residual / Math.sqrt(variance + expected), used: true };
  }

  private update(
    track: TrackFilter,
    at: Observation,
    row: ObservationRow,
    value: number,
    noise: NoiseModel,
  ): Innovation {
    const { bank } = this.state;
    const floor = at.noiseFloorNs;
    const residualNs = value - noise.mean - bank.mean(track.clock, row);
    const verdict = track.jumpPending ? 'jumped' : this.checkForJump(track, at, row, residualNs, noise);
    if (verdict === 'jumped') return this.restartPhase(track, at, value - noise.mean, Math.hypot(noise.sigma, floor));
    if (verdict === 'held') return UNUSED;
    const expected = noise.sigma ** 2 + floor ** 2;
    const variance = bank.update(track, row, value, noise, floor);
    checkForReset(this.state, track, noise, this.direction, residualNs);
    return { residualNs, normalised: residualNs / Math.sqrt(variance + expected), used: true };
  }

  /** Whether the time of the source has jumped. While that is open, what speaks for it is held to say nothing. */
  private checkForJump(
    track: TrackFilter,
    at: Observation,
    row: ObservationRow,
    residualNs: Ns,
    noise: NoiseModel,
  ): JumpVerdict {
    const { jumpDetector: jumpWatch, clock, delay } = track;
    const { monotonic, noiseFloorNs: floorNs } = at;
    const way = delay < 0 ? 'phase' : this.direction;
    const shiftNs = this.sign * residualNs;
    const sizeNs = Math.abs(residualNs);
    // The least error, from the mean: a leg is early long before it is as far off as a late one may be.
    const leastNs = noise.leastError - noise.mean;
    const { sigma } = noise;
    jumpWatch.setTime(monotonic);
    let knownNs = floorNs;
    let reachNs = jumpWatch.toleranceNs(Math.sqrt(sigma * sigma + knownNs * knownNs));
    if (sizeNs > reachNs || residualNs < leastNs - jumpWatch.toleranceNs(knownNs)) {
      knownNs = Math.sqrt(floorNs * floorNs + this.state.bank.variance(clock, row));
      reachNs = jumpWatch.toleranceNs(Math.sqrt(sigma * sigma + knownNs * knownNs));
    }
    const isEarly = at.kind === 'leg' && residualNs < leastNs - jumpWatch.toleranceNs(knownNs);
    if (sizeNs > reachNs || isEarly || jumpWatch.continuesSuspicion(shiftNs, reachNs))
      return jumpWatch.addDeviation(way, shiftNs, reachNs, isEarly || at.kind === 'reading');
    jumpWatch.addConsistent(way);
    return 'plain';
  }

  /** The word of the source about the time starts anew with this observation, which may be a late one. */
  private restartPhase(track: TrackFilter, at: Observation, value: number, noiseNs: Ns): Innovation {
    const { sign, state } = this;
    if (!track.jumpPending) {
      track.jumpCount++;
      state.doubtReferenceRate(track);
    }
    track.jumpPending = false;
    const beforeNs = state.meanOf(track, track.phase);
    state.restartPhase(track, sign, sign * value, this.lateS, RESTART_SIGMAS * noiseNs);
    track.jumpNs = state.meanOf(track, track.phase) - beforeNs;
    track.outliers = noOutliers();
    track.jumpDetector.reset(at.monotonic);
    return FIRST;
  }

  private restartTrack(track: TrackFilter): void {
    track.restartPending = false;
    track.restarts++;
    track.outliers = noOutliers();
    track.jumpDetector.reset(track.last);
    track.jumpPending = false;
    track.firstDirection = 0;
    this.state.removeVariables(track);
  }
}

const readingNoise = ({ noiseNs, stamp }: Reading): Ns => noiseNs ?? FIRST_NOISE_NS[stamp];

/** However steady a rate is, it is not better than this share of what its source states. */
const RATE_FLOOR = 0.1;
