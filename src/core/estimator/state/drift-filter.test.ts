import { expect } from 'chai';
import { ComponentMoments, MixtureMoments } from '../noise/noise.js';
import { TrackFilter } from '../track-filter.js';
import { DriftFilter, UNKNOWN_DRIFT_PPB } from './drift-filter.js';
import { StateLayout } from './layout.js';
import { ObservationRow } from './observation-row.js';

const reading = {
  kind: 'reading',
  clock: 'system',
  stamp: 'kernel',
  noiseFloorNs: 1,
  offsetNs: 0,
  monotonic: 0n,
} as const;

const PHASE_SIGMA_NS = 1e6;
const SLOPE_SIGMA_PPB = 1e5;

/** Tracks on one clock, each with a phase. The slope is the last variable of the layout; the drifts come after it. */
function filterOf(keys: readonly string[]): { readonly filter: DriftFilter; readonly tracks: readonly TrackFilter[] } {
  const layout = new StateLayout();
  const filter = new DriftFilter(layout);
  layout.clocks.push('system');
  filter.wanders.push(0);
  filter.insert(0, 0, SLOPE_SIGMA_PPB ** 2);
  const tracks = keys.map((key) => {
    const track = new TrackFilter(key, reading, 0n);
    layout.tracks.push(track);
    filter.addTrack(track);
    filter.insert(layout.addPhase(track), 0, PHASE_SIGMA_NS ** 2);
    return track;
  });
  return { filter, tracks };
}

/** Observes a phase with noise of one standard deviation `noiseNs`. */
function observe(filter: DriftFilter, { phase }: TrackFilter, offsetNs: number, noiseNs: number): void {
  filter.project(new ObservationRow().add(phase!, 1), offsetNs);
  const { residual, variance } = filter;
  const share = variance / (variance + noiseNs ** 2);
  const moments = new MixtureMoments();
  moments.reset();
  moments.add(
    Object.assign(new ComponentMoments(), { share: 1, shift: share * residual, variance: (1 - share) * variance }),
  );
  moments.finish();
  filter.update(moments);
}

/** Lets `seconds` pass in which each track's time runs at its rate against the clock, ppb, and observes all of them each second. */
function run(filter: DriftFilter, tracks: readonly TrackFilter[], ratesPpb: readonly number[], seconds: number): void {
  for (let s = 1; s <= seconds; s++) {
    filter.predict(1);
    for (const [i, track] of tracks.entries()) observe(filter, track, ratesPpb[i]! * s, 10);
  }
}

const driftOf = (filter: DriftFilter, track: TrackFilter): number => filter.drifts([track]).ppb[0]!;

const covarianceOf = (filter: DriftFilter, a: TrackFilter, b: TrackFilter): number =>
  filter.drifts([a, b]).covariance[0]![1]!;

describe('the drift filter', () => {
  it('learns how fast the times of two tracks part, and not which of them is right', () => {
    const { filter, tracks } = filterOf(['a', 'b']);
    run(filter, tracks, [40, 240], 60);
    const [a, b] = [tracks[0]!, tracks[1]!];
    expect(driftOf(filter, b) - driftOf(filter, a)).to.be.closeTo(200, 2);
    const ofDifference = covarianceOf(filter, a, a) - 2 * covarianceOf(filter, a, b) + covarianceOf(filter, b, b);
    expect(Math.sqrt(ofDifference)).to.be.below(2);
    expect(Math.sqrt(covarianceOf(filter, a, a))).to.be.above(UNKNOWN_DRIFT_PPB / 2);
  });

  it('sees no drift in the wander of the clock, which all tracks share', () => {
    const { filter, tracks } = filterOf(['a', 'b']);
    run(filter, tracks, [300, 300], 60);
    expect(driftOf(filter, tracks[1]!) - driftOf(filter, tracks[0]!)).to.be.closeTo(0, 2);
  });

  it('returns the state in which some tracks do not drift: then the clock has their rate', () => {
    const { filter, tracks } = filterOf(['a', 'b', 'liar']);
    run(filter, tracks, [40, 40, 900], 60);
    const state = filter.withoutDrift(tracks.slice(0, 2));
    expect(state.covariance.size).to.equal(4);
    expect(state.x[3]).to.be.closeTo(40, 2);
    expect(Math.sqrt(state.covariance.variance(3))).to.be.below(2);
    expect(filter.covariance.size).to.equal(7);
  });

  it('opens the drift of a track again by its random walk', () => {
    const { filter, tracks } = filterOf(['a', 'b']);
    run(filter, tracks, [0, 0], 60);
    const [a] = [tracks[0]!];
    const before = covarianceOf(filter, a, a);
    filter.walk(a, 900);
    expect(covarianceOf(filter, a, a) - before).to.be.closeTo(4.5, 1e-3);
  });

  it('knows each drift by its track after another track was removed', () => {
    const { filter, tracks } = filterOf(['a', 'b', 'c']);
    run(filter, tracks, [0, 500, 100], 60);
    const [a, b, c] = [tracks[0]!, tracks[1]!, tracks[2]!];
    const apart = driftOf(filter, c) - driftOf(filter, a);
    const { layout } = filter as unknown as { layout: StateLayout };
    filter.remove(b.phase!);
    layout.removeVariables(b);
    filter.removeTrack(b);
    layout.tracks.splice(1, 1);
    expect(driftOf(filter, c) - driftOf(filter, a)).to.equal(apart);
    expect(apart).to.be.closeTo(100, 2);
  });

  it('gives a comparison of two clocks no drift', () => {
    const { filter } = filterOf(['a']);
    const link = new TrackFilter('link', { ...reading, versus: 'phc:card' } as never, 0n);
    const size = filter.covariance.size;
    filter.addTrack(link);
    expect(filter.covariance.variance(size)).to.equal(0);
  });
});
