import {
  type ClockId,
  HubError,
  type Instant,
  type Leg,
  type Ns,
  type Observation,
  type Pulse,
} from '../../api/index.js';
import { Combination } from './combination.js';
import { ControlHistory } from './control-history.js';
import { GaussianNoise } from './gaussian-noise.js';
import { Layout } from './layout.js';
import { LegNoise } from './leg-noise.js';
import type { Noise } from './noise.js';
import { Row } from './row.js';
import type { Track } from './track.js';
import type { ClockEstimate, Estimator, Innovation, TrackEstimate } from './types.js';
import { WanderBank } from './wander-bank.js';

export interface EstimatorOptions {
  /** Hypotheses of wander, (s/s)²/s. */
  readonly wanders?: readonly number[];
}

export const createEstimator = (options: EstimatorOptions = {}): Estimator => new JointEstimator(options);

/** What comes later than this after its event is of no use any more. */
const LATE_S = 8;
/** A path's delay is within a second before an opposite leg shows it. */
const FREE_DELAY_SIGMA_NS = 1e9;
/** First guesses of a noise scale: by stamp class, and of a two-way path as a share of its delay. */
const FIRST_SCALE_NS = { hardware: 1e4, kernel: 1e6, user: 1e7 } as const;
const FIRST_SCALE_OF_DELAY = 0.05;
const LEAST_FIRST_SCALE_NS = 1e3;
/** Random walk of a path's delay and bias: this share of the noise scale in 64 s. */
const WALK = 1e-4;
const WALK_S = 64;
/** Of a source that the others outvote, ns/s. */
const OUTVOTED_DRIFT = 1e5;
/** A pulse is numbered while this many sigmas of the phase are within half its period. */
const NUMBERING_SIGMAS = 6;
/** So many strays in a row are no strays. */
const STRAYS = 4;
/** So many good observations in a row after a new beginning, and it is forgotten. */
const CALM = 8;
const UNUSED: Innovation = { residualNs: Number.NaN, normalised: Number.NaN, used: false };

class JointEstimator implements Estimator {
  private readonly layout = new Layout();
  private readonly bank: WanderBank;
  private readonly combination = new Combination(this.layout);
  private readonly byKey = new Map<string, Track>();
  private readonly controls = new Map<ClockId, ControlHistory>();
  private readonly row = new Row();
  private now: Instant | undefined;
  private combined: 'no' | 'moved' | 'yes' = 'no';

  constructor(options: EstimatorOptions) {
    this.bank = new WanderBank(
      this.layout,
      options.wanders?.map((wander) => wander * 1e18),
    );
  }

  addClock(clock: ClockId, monotonic: Instant): void {
    if (this.layout.clocks.includes(clock)) return;
    this.advance(monotonic);
    this.bank.addClock(clock);
    this.controls.set(clock, new ControlHistory());
    this.combined = 'no';
  }

  advance(monotonic: Instant): void {
    const seconds = this.now === undefined ? 0 : Number(monotonic - this.now) * 1e-9;
    if (this.now !== undefined && seconds <= 0) return;
    this.now = monotonic;
    if (seconds > 0) this.bank.predict(seconds);
    this.move();
  }

  observe(key: string, observation: Observation): Innovation {
    this.require(observation.clock);
    this.advance(observation.monotonic);
    const lateS = Number(this.now! - observation.monotonic) * 1e-9;
    if (lateS > LATE_S) return UNUSED;
    const track = this.byKey.get(key) ?? this.addTrack(key, observation);
    this.walk(track);
    const innovation = this.take(track, observation, lateS);
    if (innovation.used) {
      track.observations++;
      track.last = observation.monotonic;
      this.move();
    }
    return innovation;
  }

  admit(key: string, biasSigmaNs: Ns): void {
    this.assert(key, Math.max(biasSigmaNs, 1));
  }

  exclude(key: string): void {
    this.assert(key, Number.NaN);
  }

  removeTrack(key: string): void {
    const track = this.byKey.get(key);
    if (track === undefined) return;
    this.byKey.delete(key);
    this.forget(track);
    this.layout.tracks.splice(this.layout.tracks.indexOf(track), 1);
    this.layout.arrange();
    this.combined = 'no';
  }

  controlFrequency(clock: ClockId, deltaPpb: number, monotonic: Instant): void {
    this.require(clock);
    this.advance(monotonic);
    const sinceS = Number(this.now! - monotonic) * 1e-9;
    this.bank.control(clock, -deltaPpb * sinceS, -deltaPpb);
    this.controls.get(clock)!.add({ at: monotonic, phaseNs: 0, slope: -deltaPpb });
    this.move();
  }

  controlPhase(clock: ClockId, deltaNs: Ns, monotonic: Instant): void {
    this.require(clock);
    this.advance(monotonic);
    this.bank.control(clock, -deltaNs, 0);
    this.controls.get(clock)!.add({ at: monotonic, phaseNs: -deltaNs, slope: 0 });
    this.move();
  }

  clock(clock: ClockId): ClockEstimate | undefined {
    const at = this.layout.clocks.indexOf(clock);
    if (at < 0) return undefined;
    const { anchored, offset, variance, biases, free } = this.combine()[at]!;
    const slope = this.bank.moments(clock, this.row.clear().add(this.layout.slope(clock), 1));
    return {
      offsetNs: offset,
      sigmaNs: anchored ? Math.sqrt(variance + (free ? biases : 0)) : Number.POSITIVE_INFINITY,
      slopePpb: slope.mean,
      slopeSigmaPpb: Math.sqrt(slope.variance),
      wander: this.bank.wander(clock) * 1e-18,
    };
  }

  track(key: string): TrackEstimate | undefined {
    const track = this.byKey.get(key);
    if (track === undefined) return undefined;
    this.combine();
    const phase = this.estimate(track, track.phase);
    const delay = this.estimate(track, track.delay);
    return {
      offsetNs: phase.mean,
      sigmaNs: Math.sqrt(phase.variance),
      delayNs: delay.mean,
      noiseNs: noiseOf(track),
      observations: track.observations,
      last: track.last,
      admitted: isAdmitted(track),
      weight: Math.max(track.weight, 0),
    };
  }

  tracks(): readonly string[] {
    return [...this.byKey.keys()];
  }

  private require(clock: ClockId): void {
    if (this.layout.clocks.includes(clock)) return;
    throw new HubError('TH_CLOCK_UNKNOWN', `No clock "${clock}" is followed.`);
  }

  private addTrack(key: string, { clock, monotonic, ...rest }: Observation): Track {
    const versus = 'versus' in rest ? rest.versus : undefined;
    if (versus !== undefined) this.require(versus);
    const track: Track = {
      key,
      clock,
      versus,
      phase: -1,
      delay: -1,
      firstDirection: 0,
      legs: undefined,
      phases: undefined,
      rates: undefined,
      strays: 0,
      calm: 0,
      restarted: false,
      observations: 0,
      last: monotonic,
      walked: this.now!,
      biasSigmaNs: Number.NaN,
      weight: 0,
    };
    this.byKey.set(key, track);
    this.layout.tracks.push(track);
    return track;
  }

  private assert(key: string, biasSigmaNs: Ns): void {
    const track = this.byKey.get(key);
    if (track === undefined || Object.is(track.biasSigmaNs, biasSigmaNs)) return;
    track.biasSigmaNs = biasSigmaNs;
    this.combined = 'no';
  }

  private walk(track: Track): void {
    const seconds = Number(this.now! - track.walked) * 1e-9;
    track.walked = this.now!;
    if (!(seconds > 0) || track.phase < 0) return;
    const variance = ((WALK * noiseOf(track)) ** 2 * seconds) / WALK_S;
    const drift = this.isOutvoted(track) ? (OUTVOTED_DRIFT * seconds) ** 2 : 0;
    this.bank.addVariance(track.phase, variance + drift);
    if (track.delay >= 0) this.bank.addVariance(track.delay, variance);
  }

  /** Others are admitted, this one is not: it may drift as it likes, and must not teach the clock its frequency. */
  private isOutvoted(track: Track): boolean {
    if (isAdmitted(track)) return false;
    return this.layout.tracks.some((other) => other.clock === track.clock && isAdmitted(other));
  }

  private take(track: Track, observation: Observation, lateS: number): Innovation {
    switch (observation.kind) {
      case 'leg':
        return this.takeLeg(track, observation, lateS);
      case 'pulse':
        return this.takePulse(track, observation, lateS);
      case 'reading': {
        const scale = observation.noiseNs ?? FIRST_SCALE_NS[observation.stamp];
        return this.takePhase(track, observation, observation.offsetNs, scale, lateS);
      }
      case 'rate':
        return this.takeRate(track, observation.frequencyPpb, observation.noisePpb);
    }
  }

  private takeLeg(track: Track, leg: Leg, lateS: number): Innovation {
    const sign = leg.direction === 'outbound' ? 1 : -1;
    const phaseNs = sign * leg.transitNs;
    const known = this.sinceEvent(track, leg.monotonic);
    track.legs ??= this.legNoise(FIRST_SCALE_NS[leg.stamp]);
    if (track.phase < 0) {
      track.firstDirection = sign;
      return this.begin(track, phaseNs - known, lateS);
    }
    if (track.firstDirection === 0) track.firstDirection = sign;
    else if (track.delay < 0 && track.firstDirection !== sign) this.openDelay(track, leg.transitNs, sign * known);
    this.phaseRow(track, lateS, sign);
    const value = leg.transitNs - sign * known;
    if (track.delay < 0) return this.absorb(track, value, track.legs, leg.noiseFloorNs);
    this.row.add(track.delay, 1);
    const innovation = this.absorb(track, value, track.legs!.turn(leg.direction), leg.noiseFloorNs);
    if (track.delay >= 0) this.bank.shift(track.delay, track.legs!.place());
    return innovation;
  }

  /**
   * The first leg of the other way: what was followed until now was y ∓ b. Splits b off, free, and guesses the noise by the
   * delay that the two legs make.
   */
  private openDelay(track: Track, transitNs: Ns, knownNs: Ns): void {
    const sign = track.firstDirection;
    const apart = this.bank.mean(track.clock, this.row.clear().add(track.phase, 1));
    const delayNs = Math.abs(transitNs - knownNs + sign * apart) / 2;
    if (track.observations === 1)
      track.legs = this.legNoise(Math.max(FIRST_SCALE_OF_DELAY * delayNs, LEAST_FIRST_SCALE_NS));
    track.delay = track.phase + 1;
    this.layout.arrange();
    this.bank.insert(track.delay, 0, FREE_DELAY_SIGMA_NS ** 2);
    this.bank.shear(track.phase, track.delay, -sign);
    this.combined = 'no';
  }

  private takePulse(track: Track, pulse: Pulse, lateS: number): Innovation {
    const { periodNs } = pulse;
    const expected = this.expectPulse(track, pulse);
    if (Number.isNaN(expected)) return UNUSED;
    const within = Number(pulse.edge % BigInt(periodNs));
    const phaseNs = Math.round((expected + within) / periodNs) * periodNs - within;
    return this.takePhase(track, pulse, phaseNs, FIRST_SCALE_NS[pulse.stamp], lateS);
  }

  /**
   * Where a pulse is looked for: by the clock's phase as the vote has it, else by its own, else by the number that the
   * source gave. NaN: no phase is known to a fraction of the period.
   */
  private expectPulse(track: Track, { clock, periodNs, numberedOffsetNs }: Pulse): Ns {
    const { anchored, offset, variance, biases } = this.combine()[this.layout.clocks.indexOf(clock)]!;
    const known = anchored && NUMBERING_SIGMAS * Math.sqrt(variance + biases) < periodNs / 2;
    const own = this.estimate(track, track.phase);
    if (known && Math.abs(own.mean - offset) > periodNs / 2) this.forget(track);
    if (track.phase >= 0 && NUMBERING_SIGMAS * Math.sqrt(own.variance) < periodNs / 2) return own.mean;
    if (known) return offset;
    return numberedOffsetNs ?? Number.NaN;
  }

  private takePhase(track: Track, at: Observation, phaseNs: Ns, scale: Ns, lateS: number): Innovation {
    const known = this.sinceEvent(track, at.monotonic);
    track.phases ??= new GaussianNoise(scale, this.bank.members.length);
    if (track.phase < 0) return this.begin(track, phaseNs - known, lateS);
    this.phaseRow(track, lateS, 1);
    return this.absorb(track, phaseNs - known, track.phases, at.noiseFloorNs);
  }

  private takeRate(track: Track, frequencyPpb: number, noisePpb: number): Innovation {
    track.rates ??= new GaussianNoise(noisePpb, this.bank.members.length);
    this.row.clear().add(this.layout.slope(track.clock), 1);
    return this.absorb(track, frequencyPpb, track.rates, noisePpb);
  }

  /** The first phase of a track: independent of all that is known, as wide as its noise. */
  private begin(track: Track, phaseNs: Ns, lateS: number): Innovation {
    this.row.clear().add(this.layout.slope(track.clock), lateS);
    if (track.versus !== undefined) this.row.add(this.layout.slope(track.versus), -lateS);
    const nowNs = phaseNs + this.bank.mean(track.clock, this.row);
    track.phase = 0;
    this.layout.arrange();
    this.bank.insert(track.phase, nowNs, noiseOf(track) ** 2);
    this.combined = 'no';
    return { residualNs: 0, normalised: 0, used: true };
  }

  private legNoise(scale: Ns): LegNoise {
    return new LegNoise(scale, this.bank.members.length);
  }

  /** sign · (phase at the event), from the phase now and the slope. */
  private phaseRow(track: Track, lateS: number, sign: number): void {
    this.row.clear().add(track.phase, sign);
    if (lateS <= 0) return;
    this.row.add(this.layout.slope(track.clock), -sign * lateS);
    if (track.versus !== undefined) this.row.add(this.layout.slope(track.versus), sign * lateS);
  }

  private sinceEvent(track: Track, event: Instant): Ns {
    const other = track.versus === undefined ? 0 : this.controls.get(track.versus)!.before(event);
    return this.controls.get(track.clock)!.before(event) - other;
  }

  private absorb(track: Track, value: number, noise: Noise, floor: number): Innovation {
    const residualNs = value - noise.mean - this.bank.mean(track.clock, this.row);
    const sigma = noise.sigma;
    const variance = this.bank.absorb(track.clock, track.versus, this.row, value, noise, floor);
    this.judge(track, noise, residualNs);
    return { residualNs, normalised: residualNs / Math.sqrt(variance + sigma ** 2 + floor ** 2), used: true };
  }

  /**
   * Something cannot be, again and again: the source was set, its route got shorter, the clock was stepped by somebody. A
   * late leg is no such thing. The track begins anew; its noise stays known.
   */
  private judge(track: Track, noise: Noise, residualNs: Ns): void {
    if (noise === track.rates || (noise === track.legs && residualNs > 0)) return;
    const stray = noise.stray > 0.5;
    track.strays = stray ? track.strays + 1 : 0;
    track.calm = stray ? 0 : track.calm + 1;
    if (track.calm > CALM) track.restarted = false;
    if (track.strays < STRAYS) return;
    this.forget(track);
    track.restarted = true;
    this.judgeClock(track.clock);
  }

  /** When most tracks had to begin anew, it was the clock: its slope may be anything again. */
  private judgeClock(clock: ClockId): void {
    const tracks = this.layout.tracks.filter((track) => track.clock === clock);
    const restarted = tracks.filter((track) => track.restarted);
    if (restarted.length * 2 <= tracks.length) return;
    for (const track of restarted) track.restarted = false;
    this.bank.reopen(this.layout.slope(clock));
  }

  private forget(track: Track): void {
    for (const at of [track.delay, track.phase]) if (at >= 0) this.bank.remove(at);
    track.phase = -1;
    track.delay = -1;
    track.firstDirection = 0;
    track.strays = 0;
    this.layout.arrange();
    this.combined = 'no';
  }

  private estimate(track: Track, at: number): { readonly mean: number; readonly variance: number } {
    if (at < 0) return { mean: Number.NaN, variance: Number.NaN };
    return this.bank.moments(track.clock, this.row.clear().add(at, 1));
  }

  private move(): void {
    if (this.combined === 'yes') this.combined = 'moved';
  }

  private combine() {
    if (this.combined === 'no') this.combination.choose(this.bank.members.length);
    if (this.combined !== 'yes') this.combination.update(this.bank);
    this.combined = 'yes';
    return this.combination.clocks;
  }
}

const noiseOf = (track: Track): Ns => track.phases?.sigma ?? track.legs?.sigma ?? Number.NaN;

const isAdmitted = (track: Track): boolean => !Number.isNaN(track.biasSigmaNs);
