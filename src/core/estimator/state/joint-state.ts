import { type ClockId, HubError, type Instant, type Ns } from '../../../api/index.js';
import { guess } from '../oscillator/prior-guess.js';
import { type MeanAndVariance, WanderBank } from '../oscillator/wander-bank.js';
import { isAdmitted, type TrackFilter } from '../track-filter.js';
import type { SavedPath } from '../types.js';
import { type CombinedClock, CombinedEstimate } from './combined-estimate.js';
import { ControlHistory } from './control-history.js';
import { StateLayout } from './layout.js';
import { ObservationRow } from './observation-row.js';

/** A path's delay is within a second before an opposite leg shows it. */
const UNKNOWN_DELAY_SIGMA_NS = 1e9;
/** Random walk of a path's delay and bias: this share of its noise in 64 s. */
const WALK_SHARE = 1e-4;
const WALK_S = 64;

/** The joint state of all clocks and tracks at an instant, and the operations on it that keep its parts in step. */
export class JointState {
  readonly layout = new StateLayout();
  readonly bank: WanderBank;
  now: Instant | undefined;
  private readonly combinedEstimate = new CombinedEstimate(this.layout);
  private readonly controls = new Map<ClockId, ControlHistory>();
  private readonly row = new ObservationRow();
  private combinedIs: 'never' | 'before' | 'now' = 'never';

  /** `wanders`: hypotheses, (ns/s)² per second. */
  constructor(wanders: readonly number[] | undefined) {
    this.bank = new WanderBank(this.layout, wanders);
  }

  addClock(clock: ClockId): void {
    this.bank.addClock(clock);
    this.controls.set(clock, new ControlHistory());
    this.combinedIs = 'never';
  }

  requireClock(clock: ClockId): void {
    if (this.controls.has(clock)) return;
    throw new HubError('TH_CLOCK_UNKNOWN', `No clock "${clock}" is followed.`);
  }

  advance(monotonic: Instant): void {
    const seconds = this.now === undefined ? 0 : Number(monotonic - this.now) * 1e-9;
    if (this.now !== undefined && seconds <= 0) return;
    this.now = monotonic;
    if (seconds > 0) this.bank.predict(seconds);
    this.noteValueChange();
  }

  /** From `monotonic` on the clock's θ is `phaseNs` more than it would be, and its slope `slope` ns/s. */
  applyControl(clock: ClockId, phaseNs: Ns, slope: number, monotonic: Instant): void {
    this.requireClock(clock);
    this.advance(monotonic);
    const movedNs = phaseNs + slope * this.sinceS(monotonic);
    this.bank.applyControl(clock, movedNs, slope);
    this.controls.get(clock)!.add({ at: monotonic, phaseNs, slope });
    if (movedNs !== 0) this.noteValueChange();
  }

  sinceS(monotonic: Instant): number {
    return Number(this.now! - monotonic) * 1e-9;
  }

  /** What of a track's phase at an earlier instant is due to controls since then. */
  controlledSince(track: TrackFilter, event: Instant): Ns {
    const other = track.versus === undefined ? 0 : this.controls.get(track.versus)!.effectSince(event);
    return this.controls.get(track.clock)!.effectSince(event) - other;
  }

  /** The row of a track's phase, `sign` times, as it was `lateS` ago under the present slopes. */
  phaseRow(track: TrackFilter, sign: number, lateS: number): ObservationRow {
    this.row.clear().add(track.phase, sign);
    return lateS > 0 ? this.addSlopes(track, -sign * lateS) : this.row;
  }

  slopeRow(clock: ClockId): ObservationRow {
    return this.row.clear().add(this.layout.slope(clock), 1);
  }

  /** Mean and variance of one variable of a track; NaN when it has none. */
  momentsOf(track: TrackFilter, at: number): MeanAndVariance {
    if (at < 0) return { mean: Number.NaN, variance: Number.NaN };
    return this.bank.momentsAt(track.clock, at);
  }

  meanOf(track: TrackFilter, at: number): number {
    return at < 0 ? Number.NaN : this.bank.meanAt(track.clock, at);
  }

  /** Gives a track its phase, as it was `lateS` ago: independent of all that is known. */
  addPhase(track: TrackFilter, phaseNs: Ns, lateS: number, sigmaNs: Ns): void {
    const drift = this.bank.mean(track.clock, this.addSlopes(track, lateS, this.row.clear()));
    track.phase = 0;
    this.layout.assignIndices();
    this.bank.insert(track.phase, phaseNs + drift, sigmaNs ** 2);
    this.combinedIs = 'never';
  }

  /** What was followed as the phase was y + sign · b: splits the delay b off, free unless one is remembered. */
  addDelay(track: TrackFilter, sign: number, remembered: SavedPath | undefined): void {
    track.delay = 0;
    this.layout.assignIndices();
    this.bank.insert(track.delay, 0, UNKNOWN_DELAY_SIGMA_NS ** 2);
    if (remembered !== undefined) {
      const { delayNs: mean, delaySigmaNs: sigma } = remembered;
      guess(this.bank, track.clock, track.delay, { mean, sigma, freeSigma: UNKNOWN_DELAY_SIGMA_NS });
      this.bank.shift(track.phase, -sign * mean);
    }
    this.bank.shear(track.phase, track.delay, -sign);
    this.combinedIs = 'never';
  }

  /** The source of a track has another time: where the clocks rest on it alone, its rate may be another one, too. */
  doubtReferenceRate(track: TrackFilter): void {
    const tells = (other: TrackFilter): boolean => other !== track && other.versus === undefined && isAdmitted(other);
    if (this.isPassive(track) || this.layout.tracks.some(tells)) return;
    this.bank.doubtReferenceRate(track.clock);
    this.noteValueChange();
  }

  /** What a track says of the time may be wrong by `sigmaNs`. */
  widenPhase(track: TrackFilter, sigmaNs: Ns): void {
    const { variance } = this.momentsOf(track, track.phase);
    for (const { covariance } of this.bank.members) covariance.makeIndependent(track.phase, variance + sigmaNs ** 2);
    this.noteValueChange();
  }

  /** A track's phase anew, y + `sign` · b or y alone as it was `lateS` ago: independent of all but its delay. */
  restartPhase(track: TrackFilter, sign: number, phaseNs: Ns, lateS: number, sigmaNs: Ns): void {
    const { phase, delay } = track;
    const drift = this.addSlopes(track, lateS, this.row.clear());
    for (const { x, covariance } of this.bank.members) {
      x[phase] = phaseNs + drift.dot(x) - (delay < 0 ? 0 : sign * x[delay]!);
      covariance.makeIndependent(phase, sigmaNs ** 2);
      if (delay >= 0) covariance.shear(phase, delay, -sign);
    }
    this.noteValueChange();
  }

  /** A base delay may be anything again; the phase stays as well known as it was. */
  forgetDelay(track: TrackFilter): void {
    for (const { covariance } of this.bank.members)
      covariance.makeIndependent(track.delay, UNKNOWN_DELAY_SIGMA_NS ** 2);
  }

  /** Takes a track's variables away; what they taught of the clocks stays. */
  removeVariables(track: TrackFilter): void {
    for (const at of [track.delay, track.phase]) if (at >= 0) this.bank.remove(at);
    track.phase = -1;
    track.delay = -1;
    this.layout.assignIndices();
    this.combinedIs = 'never';
  }

  setBiasSigma(track: TrackFilter, biasSigmaNs: Ns): void {
    if (Object.is(track.biasSigmaNs, biasSigmaNs)) return;
    track.biasSigmaNs = biasSigmaNs;
    this.combinedIs = 'never';
  }

  /** Beside admitted tracks the others only learn: none of them may teach the clock its frequency. */
  isPassive(track: TrackFilter): boolean {
    if (isAdmitted(track)) return false;
    for (const other of this.layout.tracks) if (other.clock === track.clock && isAdmitted(other)) return true;
    return false;
  }

  /** The random walk of a track's phase and delay since its last observation. */
  addRandomWalk(track: TrackFilter, noiseNs: Ns): void {
    const seconds = this.sinceS(track.walkAddedAt);
    track.walkAddedAt = this.now!;
    if (!(seconds > 0) || track.phase < 0) return;
    const variance = ((WALK_SHARE * noiseNs) ** 2 * seconds) / WALK_S;
    this.bank.addVariance(track.phase, variance);
    if (track.delay >= 0) this.bank.addVariance(track.delay, variance);
  }

  noteValueChange(): void {
    if (this.combinedIs === 'now') this.combinedIs = 'before';
  }

  /** θ of all clocks, in the layout's order; also refreshes the tracks' weights. */
  combine(): readonly CombinedClock[] {
    if (this.combinedIs === 'never') this.combinedEstimate.setStructure(this.bank.members.length);
    if (this.combinedIs !== 'now') this.combinedEstimate.update(this.bank);
    this.combinedIs = 'now';
    return this.combinedEstimate.clocks;
  }

  private addSlopes(track: TrackFilter, seconds: number, row = this.row): ObservationRow {
    row.add(this.layout.slope(track.clock), seconds);
    return track.versus === undefined ? row : row.add(this.layout.slope(track.versus), -seconds);
  }
}
