import type { Observation } from '../../../api/index.js';
import type { NoiseModel } from '../noise/noise.js';
import { type MeanAndVariance, WanderBank } from '../oscillator/wander-bank.js';
import { TrackFilter } from '../track-filter.js';
import { StateLayout } from './layout.js';
import { ObservationRow } from './observation-row.js';

/**
 * The phase of a passive pulse or reading, estimated as if its track were the only one: a bank of its own, with a slope of its own.
 * The joint state must not learn the clock's slope and wander from such a track, but without them the phase cannot be followed:
 * a pulse a second shows both far better than a server that is asked every minute. The lag behind the pulses would be taken for
 * their noise, and sigma would be wrong by as much as the slope is.
 */
export class LonePhase {
  private readonly layout = new StateLayout();
  private readonly bank: WanderBank;
  private readonly track: TrackFilter;
  private readonly row = new ObservationRow();

  /** `phase`, ns, and `slopePpb`: what is known before `first`. `wanders`: hypotheses, (ns/s)² per second. */
  constructor(
    { key }: TrackFilter,
    first: Observation,
    wanders: readonly number[],
    phase: MeanAndVariance,
    slopePpb: number,
  ) {
    const { layout } = this;
    this.bank = new WanderBank(layout, wanders);
    this.bank.addClock(first.clock);
    this.track = new TrackFilter(key, first, first.monotonic);
    this.bank.addTrack(this.track);
    this.bank.insert(layout.addPhase(this.track), phase.mean, phase.variance);
    this.bank.shift(layout.slope(first.clock), slopePpb);
  }

  /** Mean and variance of the phase over the bank. */
  get moments(): MeanAndVariance {
    return this.bank.momentsAt(this.track.clock, this.track.phase!);
  }

  predict(seconds: number): void {
    this.bank.predict(seconds);
  }

  /** Adds `phaseNs` and `slope`, ns/s, to those of the clock. */
  applyControl(phaseNs: number, slope: number): void {
    this.bank.applyControl(this.track.clock, phaseNs, slope);
  }

  /** Updates the phase with a value that it had `lateS` ago, ns. `noise` learns from it. */
  update(valueNs: number, lateS: number, noise: NoiseModel, floorNs: number): void {
    const { track, layout } = this;
    const row = this.row.clear().add(track.phase!, 1);
    if (lateS > 0) row.add(layout.slope(track.clock), -lateS);
    this.bank.update(track, row, valueNs, noise, floorNs);
  }
}
