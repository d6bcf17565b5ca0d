import { type ClockId, HubError, type Instant, type Ns, type Observation } from '../../../api/index.js';
import type { NoiseModel } from '../noise/noise.js';
import { type MeanAndVariance, WanderBank } from '../oscillator/wander-bank.js';
import type { TrackFilter } from '../track-filter.js';
import type { SavedPath } from '../types.js';
import { type CombinedClock, CombinedEstimate } from './combined-estimate.js';
import { ControlHistory } from './control-history.js';
import { StateLayout } from './layout.js';
import { LonePhase } from './lone-phase.js';
import { ObservationRow } from './observation-row.js';

/** Sigma of a base delay before a leg in the second direction shows it. */
const UNKNOWN_DELAY_SIGMA_NS = 1e9;
/** Random walk of a path's delay and bias: in WALK_S seconds this share of its noise. */
const WALK_SHARE = 1e-4;
const WALK_S = 64;

/** The state of all clocks and tracks at one instant. Its operations keep layout, bank and combined estimate consistent. */
export class JointState {
  readonly layout = new StateLayout();
  readonly bank: WanderBank;
  /** Instant of the state; undefined before the first call of `advance`. */
  now: Instant | undefined;
  private readonly combinedEstimate = new CombinedEstimate(this.layout);
  private readonly controls = new Map<ClockId, ControlHistory>();
  /** The phases of passive pulses and readings, each from its first passive observation on. */
  private readonly lonePhases = new Map<TrackFilter, LonePhase>();
  private readonly row = new ObservationRow();
  /** `values`: the combined estimate lacks the last changes of the state; `structure`: its set of tracks or clocks, too. */
  private outdated: 'structure' | 'values' | undefined = 'structure';

  /** `wanders`: hypotheses, (ns/s)² per second. */
  constructor(wanders: readonly number[] | undefined) {
    this.bank = new WanderBank(this.layout, wanders);
  }

  addClock(clock: ClockId): void {
    this.bank.addClock(clock);
    this.controls.set(clock, new ControlHistory());
    this.outdated = 'structure';
  }

  requireClock(clock: ClockId): void {
    if (this.controls.has(clock)) return;
    throw new HubError('TH_CLOCK_UNKNOWN', `No clock "${clock}" is followed.`);
  }

  advance(monotonic: Instant): void {
    if (monotonic === this.now) return;
    const seconds = this.now === undefined ? 0 : Number(monotonic - this.now) * 1e-9;
    if (this.now !== undefined && seconds <= 0) return;
    this.now = monotonic;
    if (seconds > 0) this.bank.predict(seconds);
    for (const lonePhase of this.lonePhases.values()) lonePhase.predict(seconds);
    this.noteValueChange();
  }

  /** From `monotonic` on, adds `phaseNs` to the clock's θ and `slope`, ns/s, to its slope. */
  applyControl(clock: ClockId, phaseNs: Ns, slope: number, monotonic: Instant): void {
    this.requireClock(clock);
    this.advance(monotonic);
    const movedNs = phaseNs + slope * this.sinceS(monotonic);
    this.bank.applyControl(clock, movedNs, slope);
    for (const [track, lonePhase] of this.lonePhases) if (track.clock === clock) lonePhase.applyControl(movedNs, slope);
    this.controls.get(clock)!.add({ at: monotonic, phaseNs, slope });
    if (movedNs !== 0) this.noteValueChange();
  }

  sinceS(monotonic: Instant): number {
    // A difference of instants is a number of its own on the heap.
    return monotonic === this.now ? 0 : Number(this.now! - monotonic) * 1e-9;
  }

  /** Returns the part of a track's phase at an earlier instant that controls since then have changed. */
  controlledSince(track: TrackFilter, event: Instant): Ns {
    const other = track.versus === undefined ? 0 : this.controls.get(track.versus)!.effectSince(event);
    return this.controls.get(track.clock)!.effectSince(event) - other;
  }

  /** Returns the row of `sign` · the track's phase as it was `lateS` ago, if the slopes were the present ones. */
  phaseRow(track: TrackFilter, sign: number, lateS: number): ObservationRow {
    this.row.clear().add(track.phase!, sign);
    return lateS > 0 ? this.addSlopes(track, -sign * lateS) : this.row;
  }

  slopeRow(clock: ClockId): ObservationRow {
    return this.row.clear().add(this.layout.slope(clock), 1);
  }

  /** Returns mean and variance of one variable of a track. */
  momentsOf(track: TrackFilter, at: number): MeanAndVariance {
    return this.bank.momentsAt(track.clock, at);
  }

  meanOf(track: TrackFilter, at: number): number {
    return this.bank.meanAt(track.clock, at);
  }

  /** Adds the phase of a track, as it was `lateS` ago, independent of all other variables. */
  addPhase(track: TrackFilter, phaseNs: Ns, lateS: number, sigmaNs: Ns): void {
    const drift = this.bank.mean(track.clock, this.addSlopes(track, lateS, this.row.clear()));
    this.bank.insert(this.layout.addPhase(track), phaseNs + drift, sigmaNs ** 2);
    this.outdated = 'structure';
  }

  /**
   * Splits the base delay b off a phase that was y + `sign` · b so far. Its mean and sigma are those of the saved path, else
   * it is unknown.
   */
  addDelay(track: TrackFilter, sign: number, saved: SavedPath | undefined): void {
    const delay = this.layout.addDelay(track);
    const phase = track.phase!;
    this.bank.insert(delay, 0, UNKNOWN_DELAY_SIGMA_NS ** 2);
    if (saved !== undefined) {
      const { delayNs, delaySigmaNs } = saved;
      this.bank.setGuess(track.clock, delay, delayNs, delaySigmaNs, UNKNOWN_DELAY_SIGMA_NS);
      this.bank.shift(phase, -sign * delayNs);
    }
    this.bank.shear(phase, delay, -sign);
    this.outdated = 'structure';
  }

  /** After a jump of the track's time: if no other admitted track carries the clocks, their rate may have changed, too. */
  doubtReferenceRate(track: TrackFilter): void {
    const carries = (other: TrackFilter): boolean => other !== track && other.versus === undefined && other.isAdmitted;
    if (this.isPassive(track) || this.layout.tracks.some(carries)) return;
    this.bank.doubtReferenceRate(track.clock);
    this.noteValueChange();
  }

  /** Adds `sigmaNs` to the uncertainty of a track's phase, and makes it independent of all other variables. */
  widenPhase(track: TrackFilter, sigmaNs: Ns): void {
    const phase = track.phase!;
    this.lonePhases.delete(track);
    const { variance } = this.momentsOf(track, phase);
    for (const { covariance } of this.bank.filters) covariance.makeIndependent(phase, variance + sigmaNs ** 2);
    this.noteValueChange();
  }

  /**
   * Replaces a track's phase y. `phaseNs` is y + `sign` · b, or y without a delay, as it was `lateS` ago. The new phase depends
   * on no other variable but the delay b.
   */
  restartPhase(track: TrackFilter, sign: number, phaseNs: Ns, lateS: number, sigmaNs: Ns): void {
    const { delay } = track;
    const phase = track.phase!;
    this.lonePhases.delete(track);
    const drift = this.addSlopes(track, lateS, this.row.clear());
    for (const { x, covariance } of this.bank.filters) {
      x[phase] = phaseNs + drift.dot(x) - (delay === undefined ? 0 : sign * x[delay]!);
      covariance.makeIndependent(phase, sigmaNs ** 2);
      if (delay !== undefined) covariance.shear(phase, delay, -sign);
    }
    this.noteValueChange();
  }

  /**
   * Updates the phase of a passive pulse or reading with a value that it had `lateS` ago. The observation moves nothing else but
   * the drifts. Returns the variance that was predicted for the value.
   */
  updateLonePhase(track: TrackFilter, at: Observation, valueNs: Ns, lateS: number, noise: NoiseModel): number {
    const { bank } = this;
    const predicted = bank.updateDriftsAlone(track, this.phaseRow(track, 1, lateS), valueNs, noise, at.noiseFloorNs);
    const phase = track.phase!;
    const lonePhase = this.lonePhases.get(track) ?? this.addLonePhase(track, at);
    lonePhase.update(valueNs, lateS, noise, at.noiseFloorNs);
    bank.replace(phase, lonePhase.moments);
    return predicted;
  }

  /** The joint state learns from the track again: it is no longer passive. */
  endLonePhase(track: TrackFilter): void {
    this.lonePhases.delete(track);
  }

  /** Makes a track's base delay unknown again. The phase stays as well known as it was. */
  forgetDelay(track: TrackFilter): void {
    track.floor.reset();
    for (const { covariance } of this.bank.filters)
      covariance.makeIndependent(track.delay!, UNKNOWN_DELAY_SIGMA_NS ** 2);
  }

  /** Moves a track's base delay by a known amount. */
  shiftDelay(track: TrackFilter, byNs: Ns): void {
    this.bank.shift(track.delay!, byNs);
  }

  /** Adds the variance of the excess of one direction, ns², to the track's phase. */
  noteRouteChange(track: TrackFilter, varianceNs2: number): void {
    this.bank.addVariance(track.phase!, varianceNs2);
    track.outliers.clear();
  }

  /** Removes a track's variables. The clocks keep what these taught them. */
  removeVariables(track: TrackFilter): void {
    if (track.delay !== undefined) this.bank.remove(track.delay);
    if (track.phase !== undefined) this.bank.remove(track.phase);
    this.lonePhases.delete(track);
    this.layout.removeVariables(track);
    this.outdated = 'structure';
  }

  /** Asserts that a track's bias is zero ± `biasSigmaNs`; undefined withdraws the assertion. */
  setBiasSigma(track: TrackFilter, biasSigmaNs: Ns | undefined): void {
    if (track.biasSigmaNs === biasSigmaNs) return;
    track.biasSigmaNs = biasSigmaNs;
    this.outdated = 'structure';
  }

  /** Returns true if the track is not admitted while another one of its clock is: it must not teach the clock anything. */
  isPassive(track: TrackFilter): boolean {
    if (track.isAdmitted) return false;
    for (const other of this.layout.tracks) if (other.clock === track.clock && other.isAdmitted) return true;
    return false;
  }

  /** Adds the random walk of a track's phase and delay since the last call. */
  addRandomWalk(track: TrackFilter): void {
    const seconds = this.sinceS(track.walkAddedAt);
    track.walkAddedAt = this.now!;
    if (!(seconds > 0) || track.phase === undefined) return;
    const variance = ((WALK_SHARE * track.noiseNs!) ** 2 * seconds) / WALK_S;
    this.bank.addVariance(track.phase, variance);
    if (track.delay !== undefined) this.bank.addVariance(track.delay, variance);
    this.bank.driftFilter.walk(track, seconds);
  }

  noteValueChange(): void {
    this.outdated ??= 'values';
  }

  /** Returns the combined estimate of all clocks, in the layout's order, and refreshes the tracks' weights. */
  combine(): readonly CombinedClock[] {
    if (this.outdated === 'structure') this.combinedEstimate.setStructure(this.bank.members.length);
    if (this.outdated !== undefined) this.combinedEstimate.update(this.bank);
    this.outdated = undefined;
    return this.combinedEstimate.clocks;
  }

  private addSlopes(track: TrackFilter, seconds: number, row = this.row): ObservationRow {
    row.add(this.layout.slope(track.clock), seconds);
    return track.versus === undefined ? row : row.add(this.layout.slope(track.versus), -seconds);
  }

  private addLonePhase(track: TrackFilter, first: Observation): LonePhase {
    const { bank, layout } = this;
    const slopePpb = bank.meanAt(track.clock, layout.slope(track.clock));
    const lonePhase = new LonePhase(track, first, bank.lines.hypotheses, this.momentsOf(track, track.phase!), slopePpb);
    this.lonePhases.set(track, lonePhase);
    return lonePhase;
  }
}
