import type { Leg, Ns, Observation, Pulse, Rate, Reading, StampClass } from '../../api/index.js';
import { hypot } from '../arithmetic/hypot.js';
import type { JumpVerdict } from './jumps/jump-detector.js';
import type { ObservationDirection } from './jumps/outlier-history.js';
import { checkForReset } from './jumps/track-reset.js';
import { GaussianNoise } from './noise/gaussian-noise.js';
import { LegNoise } from './noise/leg-noise.js';
import type { NoiseModel } from './noise/noise.js';
import { isSamePath } from './saved-state.js';
import type { JointState } from './state/joint-state.js';
import type { ObservationRow } from './state/observation-row.js';
import type { TrackFilter } from './track-filter.js';
import type { Innovation } from './types.js';

/** Older observations are dropped, s. */
const GREATEST_AGE_S = 8;
/** First guesses of the noise of legs and readings, and of pulses. */
const FIRST_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 1e4, kernel: 1e6, user: 1e7 };
const FIRST_PULSE_NOISE_NS: Readonly<Record<StampClass, Ns>> = { hardware: 1e2, kernel: 1e4, user: 1e6 };
/** First guess of the noise of a two-way path: this share of its delay, and at least so much. */
const FIRST_NOISE_OF_DELAY = 0.05;
const LEAST_FIRST_NOISE_NS = 1e3;
/** Sigma of a phase that restarts with one observation, in sigmas of its noise. */
const RESTART_SIGMAS = 3;
/** A pulse is used while this many sigmas of the phase are within half its period. */
const NUMBERING_SIGMAS = 6;
/** Least noise of a rate, as a share of the noise that its source states. */
const RATE_FLOOR = 0.1;
/** Sigma added to the phase by a jump of unknown size: thirty years. */
const UNKNOWN_JUMP_NS = 1e18;

/** Legs after which the noise of a path is known, so that early and wrong ones are told from its floor. */
const LEGS_TO_SETTLE = 256;

/** A base delay that is below zero by this many sigmas of the noise is impossible. */
const IMPOSSIBLE_SIGMAS = 3;

/** An observation that begins a phase. */
const FIRST: Innovation = { residualNs: 0, normalised: 0 };

/** Turns each kind of observation into a row of the joint state, and updates the state and the track with it. */
export class ObservationUpdate {
  private readonly state: JointState;
  private readonly members: number;
  /** Sign with which the observation at hand shows the phase, its age, and its direction. */
  private sign: 1 | -1 = 1;
  private ageS = 0;
  private direction: ObservationDirection = 'phase';
  /** Its residual, and mean and sigma of its noise. */
  private residualNs: Ns = 0;
  private meanNs: Ns = 0;
  private sigmaNs: Ns = 0;
  private readonly innovation = { residualNs: 0, normalised: 0 };

  constructor(state: JointState) {
    this.state = state;
    this.members = state.bank.capacity;
  }

  /** Returns undefined if the observation was not used. The next observation overwrites the result. */
  process(track: TrackFilter, observation: Observation): Innovation | undefined {
    this.ageS = this.state.sinceS(observation.monotonic);
    if (this.ageS > GREATEST_AGE_S) return undefined;
    if (track.restartPending) this.restartTrack(track);
    track.isPassive = this.state.isPassive(track);
    this.state.addRandomWalk(track);
    const innovation = this.processByKind(track, observation);
    if (innovation === undefined) return undefined;
    track.observations++;
    track.last = observation.monotonic;
    this.state.noteValueChange();
    return innovation;
  }

  /** The source of a track says that its time has jumped. */
  announceJump(track: TrackFilter, jumpNs: Ns = UNKNOWN_JUMP_NS): void {
    if (track.phase === undefined) return;
    // Nothing is known of a path that was heard in one direction only.
    if (track.legNoise !== undefined && track.delay === undefined) track.restartPending = true;
    track.jumps.announce();
    this.state.widenPhase(track, jumpNs);
    this.state.doubtReferenceRate(track);
  }

  private processByKind(track: TrackFilter, observation: Observation): Innovation | undefined {
    switch (observation.kind) {
      case 'leg':
        return this.processLeg(track, observation);
      case 'pulse':
        return this.processPulse(track, observation);
      case 'reading':
        return this.processPhase(track, observation, observation.offsetNs, readingNoise(observation));
      case 'rate':
        return this.processRate(track, observation);
    }
  }

  private processLeg(track: TrackFilter, leg: Leg): Innovation | undefined {
    const sign = leg.direction === 'outbound' ? 1 : -1;
    this.sign = sign;
    this.direction = leg.direction;
    const transitNs =
      leg.transitNs - track.route.excessNs(leg.direction) - sign * this.state.controlledSince(track, leg.monotonic);
    track.legNoise ??= new LegNoise(FIRST_NOISE_NS[leg.stamp], this.members);
    if (track.phase === undefined) {
      track.firstDirection = sign;
      this.state.addPhase(track, sign * transitNs, this.ageS, track.noiseNs!);
      return FIRST;
    }
    const { firstDirection } = track;
    if (track.delay === undefined && firstDirection !== sign) this.addDelay(track, firstDirection ?? 0, transitNs);
    const noise = track.legNoise.setDirection(leg.direction);
    const row = this.state.phaseRow(track, sign, this.ageS);
    if (track.delay === undefined) return this.update(track, leg, row, transitNs, noise);
    const innovation = this.update(track, leg, row.add(track.delay, 1), transitNs, noise);
    if (innovation === undefined) return undefined;
    this.state.bank.shift(track.delay, noise.alignEdges());
    if (noise.phaseShift !== 0) this.state.bank.shift(track.phase, noise.phaseShift);
    return innovation;
  }

  /** The first leg in the second direction: both together show the delay, and the delay hints at the noise of further legs. */
  private addDelay(track: TrackFilter, firstDirection: -1 | 0 | 1, transitNs: Ns): void {
    const { bank } = this.state;
    const otherNs = firstDirection * bank.mean(track.clock, this.state.phaseRow(track, 1, 0));
    const halfNs = (transitNs + otherNs) / 2;
    const hintNs = Math.max(FIRST_NOISE_OF_DELAY * Math.abs(halfNs), LEAST_FIRST_NOISE_NS);
    const { savedPath } = track;
    track.savedPath = undefined;
    const saved = savedPath !== undefined && isSamePath(savedPath, halfNs, hintNs) ? savedPath : undefined;
    if (saved !== undefined) track.legNoise = new LegNoise(hintNs, this.members).restore(saved.noiseNs, saved.shapes);
    else if (track.legNoise?.hasBothDirections !== true) {
      track.legNoise = new LegNoise(hintNs, this.members);
      bank.addVariance(track.phase!, track.legNoise.rmsOverShapes ** 2);
    }
    this.state.addDelay(track, firstDirection, saved);
  }

  private processPulse(track: TrackFilter, pulse: Pulse): Innovation | undefined {
    const { periodNs } = pulse;
    const expectedNs = this.predictPulse(track, pulse);
    if (expectedNs === undefined) return undefined;
    const within = Number(pulse.edge % BigInt(Math.round(periodNs)));
    const phaseNs = Math.round((expectedNs + within) / periodNs) * periodNs - within;
    return this.processPhase(track, pulse, phaseNs, FIRST_PULSE_NOISE_NS[pulse.stamp]);
  }

  /**
   * Returns the phase at which a pulse is expected: that of its own track, unless the combined estimate is in another period;
   * else the combined estimate; else the source's own number. Undefined: none of them is known to a fraction of the period.
   */
  private predictPulse(track: TrackFilter, { clock, periodNs, numberedOffsetNs }: Pulse): Ns | undefined {
    const { isAnchored, offset, variance, biasVariance } =
      this.state.combine()[this.state.layout.clocks.indexOf(clock)]!;
    const isKnown = (squareNs: number) => NUMBERING_SIGMAS * Math.sqrt(squareNs) < periodNs / 2;
    const isCombinedKnown = isAnchored && isKnown(variance + biasVariance);
    if (track.phase !== undefined) {
      const own = this.state.momentsOf(track, track.phase);
      if (isCombinedKnown && Math.abs(own.mean - offset) > periodNs / 2) this.restartTrack(track);
      else if (isKnown(own.variance)) return own.mean;
    }
    return isCombinedKnown ? offset : numberedOffsetNs;
  }

  /** Processes a two-sided observation of the phase. `noiseNs`: its expected standard deviation. */
  private processPhase(track: TrackFilter, at: Observation, phaseNs: Ns, noiseNs: Ns): Innovation | undefined {
    const valueNs = phaseNs - this.state.controlledSince(track, at.monotonic);
    track.phaseNoise ??= new GaussianNoise(this.members);
    track.phaseNoise.unit = noiseNs;
    this.sign = 1;
    this.direction = 'phase';
    if (track.phase !== undefined)
      return this.update(track, at, this.state.phaseRow(track, 1, this.ageS), valueNs, track.phaseNoise);
    this.state.addPhase(track, valueNs, this.ageS, hypot(track.noiseNs!, at.noiseFloorNs));
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
    return this.innovationOf(residual, variance + expected);
  }

  /** Updates the state with an observation `value` of h·x, unless its time has jumped or may have. */
  private update(
    track: TrackFilter,
    at: Observation,
    row: ObservationRow,
    value: number,
    noise: NoiseModel,
  ): Innovation | undefined {
    const { bank } = this.state;
    const floor = at.noiseFloorNs;
    const { mean, sigma } = noise;
    const residualNs = value - mean - bank.mean(track.clock, row);
    this.residualNs = residualNs;
    this.meanNs = mean;
    this.sigmaNs = sigma;
    const verdict = track.jumps.isPending ? 'jumped' : this.checkForJump(track, at, row, noise);
    if (verdict === 'jumped') return this.restartPhase(track, at, value - mean, hypot(sigma, floor));
    if (verdict === 'hold') return undefined;
    const expected = sigma ** 2 + floor ** 2;
    const delayNs = track.delay === undefined ? 0 : residualNs + mean + bank.meanAt(track.clock, track.delay);
    if (!track.isPassive) this.state.endLonePhase(track);
    const isLone = track.isPassive && track.versus === undefined && noise === track.phaseNoise;
    const variance = isLone
      ? this.state.updateLonePhase(track, at, value, this.ageS, noise)
      : bank.update(track, row, value, noise, floor);
    if (
      at.kind === 'leg' &&
      track.observations >= LEGS_TO_SETTLE &&
      track.delay !== undefined &&
      isOrdinary(track.legNoise!)
    )
      track.floor.add(at.direction, delayNs);
    const change =
      at.kind === 'leg' && track.delay !== undefined
        ? track.route.note(at.direction, residualNs + noise.mean, Math.sqrt(expected), this.roundTripNs(track, at))
        : undefined;
    const innovation = this.innovationOf(residualNs, variance + expected);
    if (change !== undefined) track.legNoise?.noteRouteChange();
    if (change === 'longer') this.state.forgetDelay(track);
    else if (change === 'excess') this.state.noteRouteChange(track, expected);
    else if (checkForReset(this.state, track, noise, this.direction, innovation) || this.isImpossible(track))
      track.restartPending = true;
    return innovation;
  }

  /** Returns the round trip of a leg and the last one of the other direction, by one state; NaN if it is not asked for. */
  private roundTripNs(track: TrackFilter, leg: Leg): Ns {
    const { route } = track;
    route.roundTrips.note(leg);
    if (!route.roundTrips.isDue && !route.isSuspect(leg.direction)) return Number.NaN;
    const other = route.roundTrips.lastOf(leg.direction === 'inbound' ? 'outbound' : 'inbound');
    return this.delayNs(track, this.sign, leg) + this.delayNs(track, -this.sign, other);
  }

  /** Returns true if the base delay is below zero although round trips are not: the phase has been taught by a wrong rate. */
  private isImpossible({ clock, delay, route }: TrackFilter): boolean {
    const { isDue, shortestNs } = route.roundTrips;
    if (delay === undefined || !isDue || !Number.isFinite(shortestNs) || shortestNs <= 0) return false;
    return this.state.bank.meanAt(clock, delay) < -IMPOSSIBLE_SIGMAS * this.sigmaNs;
  }

  /** Returns how long a leg took by the present estimate of the phase. */
  private delayNs(track: TrackFilter, sign: number, leg: Pick<Leg, 'transitNs' | 'monotonic'>): Ns {
    const { state } = this;
    const phaseNs = state.bank.mean(track.clock, state.phaseRow(track, sign, state.sinceS(leg.monotonic)));
    return leg.transitNs - sign * state.controlledSince(track, leg.monotonic) - phaseNs;
  }

  private checkForJump(track: TrackFilter, at: Observation, row: ObservationRow, noise: NoiseModel): JumpVerdict {
    const { residualNs, sigmaNs: sigma } = this;
    const { jumps, clock, delay } = track;
    const { monotonic, noiseFloorNs: floorNs } = at;
    const direction = delay === undefined ? 'phase' : this.direction;
    const shiftNs = this.sign * residualNs;
    const sizeNs = Math.abs(residualNs);
    // The least error, from the mean: a leg is early long before it is as far off as a late one may be.
    const leastNs = noise.leastError - this.meanNs;
    // The last leg has shown the time no better than its own noise permits: that of a noisy direction says little of a calm one.
    const anchorNs = noise === track.legNoise ? track.legNoise.otherSigma : 0;
    jumps.setTime(monotonic);
    // The variance of the prediction is costly: it is computed only for a residual that is too large without it.
    let otherSigmaNs = anchorNs === 0 ? floorNs : hypot(floorNs, anchorNs);
    let toleranceNs = jumps.toleranceNs(Math.sqrt(sigma * sigma + otherSigmaNs * otherSigmaNs));
    if (sizeNs > toleranceNs || residualNs < leastNs - jumps.toleranceNs(otherSigmaNs)) {
      otherSigmaNs = Math.sqrt(floorNs * floorNs + anchorNs * anchorNs + this.state.bank.variance(clock, row));
      toleranceNs = jumps.toleranceNs(Math.sqrt(sigma * sigma + otherSigmaNs * otherSigmaNs));
    }
    const isEarly = at.kind === 'leg' && residualNs < leastNs - jumps.toleranceNs(otherSigmaNs);
    if (sizeNs > toleranceNs || isEarly || jumps.continuesSuspicion(shiftNs, toleranceNs))
      return jumps.addDeviation(direction, shiftNs, toleranceNs, isEarly || at.kind === 'reading');
    jumps.addConsistent(direction);
    return 'use';
  }

  private innovationOf(residual: number, variance: number): Innovation {
    const { innovation } = this;
    innovation.residualNs = residual;
    innovation.normalised = residual / Math.sqrt(variance);
    return innovation;
  }

  /** Restarts the phase of a track with this observation. What is known of its path stays. */
  private restartPhase(track: TrackFilter, at: Observation, value: number, noiseNs: Ns): Innovation {
    const { sign, state } = this;
    const phase = track.phase!;
    if (!track.jumps.isPending) state.doubtReferenceRate(track);
    const beforeNs = state.meanOf(track, phase);
    state.restartPhase(track, sign, sign * value, this.ageS, RESTART_SIGMAS * noiseNs);
    track.jumps.complete(at.monotonic, state.meanOf(track, phase) - beforeNs);
    track.outliers.clear();
    return FIRST;
  }

  /** Takes the variables of a track away: it begins again, with the noise models that it has. */
  private restartTrack(track: TrackFilter): void {
    track.restartPending = false;
    track.restarts++;
    track.outliers.clear();
    track.route.reset();
    track.floor.reset();
    track.jumps.reset(track.last);
    track.firstDirection = undefined;
    this.state.removeVariables(track);
  }
}

const isOrdinary = ({ outlierChance, isEarly }: LegNoise): boolean => outlierChance < 0.5 && !isEarly;

const readingNoise = ({ noiseNs, stamp }: Reading): Ns => noiseNs ?? FIRST_NOISE_NS[stamp];
