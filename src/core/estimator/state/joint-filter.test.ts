import { expect } from 'chai';
import { ComponentMoments, MixtureMoments } from '../noise/noise.js';
import { TrackFilter } from '../track-filter.js';
import { JointFilter } from './joint-filter.js';
import { StateLayout } from './layout.js';
import { ObservationRow } from './observation-row.js';

const reading = { kind: 'reading', clock: 'system', stamp: 'kernel', noiseFloorNs: 1, offsetNs: 0 } as const;

/** Two tracks on one clock (phases at 0 and 1, slope at 2). */
function filterOfTwo(wander: number): JointFilter {
  const layout = new StateLayout();
  layout.clocks.push('system');
  for (const key of ['a', 'b']) {
    const track = new TrackFilter(key, { ...reading, monotonic: 0n }, 0n);
    layout.tracks.push(track);
    layout.addPhase(track);
  }
  const filter = new JointFilter(layout, 4);
  filter.wanders.push(wander);
  for (let i = 0; i < 3; i++) filter.insert(i, 0, 0);
  return filter;
}

const moments = (shift: number, variance: number): MixtureMoments => {
  const made = new MixtureMoments();
  made.reset();
  made.add(Object.assign(new ComponentMoments(), { share: 1, shift, variance }));
  made.finish();
  return made;
};

describe('the joint filter', () => {
  it('adds the noise of one oscillator to all its tracks: q·δ³/3, q·δ²/2, q·δ, in one step or in many', () => {
    for (const steps of [1, 7]) {
      const filter = filterOfTwo(2);
      for (let n = 0; n < steps; n++) filter.predict(14 / steps);
      const { covariance } = filter;
      for (const [i, j] of [
        [0, 0],
        [0, 1],
        [1, 1],
      ] as const)
        expect(covariance.covariance(i, j)).to.be.closeTo((2 * 14 ** 3) / 3, 1e-9);
      for (const i of [0, 1]) expect(covariance.covariance(i, 2)).to.be.closeTo((2 * 14 ** 2) / 2, 1e-9);
      expect(covariance.covariance(2, 2)).to.be.closeTo(2 * 14, 1e-9);
    }
  });

  it('moves every phase by slope · time', () => {
    const filter = filterOfTwo(0);
    filter.x.set([100, 200, -3]);
    filter.predict(10);
    expect([...filter.x.subarray(0, 3)]).to.deep.equal([70, 170, -3]);
  });

  it('gives h·x the moments of the observation, and moves correlated variables in proportion', () => {
    const filter = filterOfTwo(1);
    filter.predict(3);
    filter.covariance.addVariance(0, 5);
    filter.project(new ObservationRow().add(0, 1), 0);
    const gain = filter.covariance.covariance(0, 1) / filter.variance;
    filter.update(moments(4, 2));
    expect(filter.x[0]).to.be.closeTo(4, 1e-9);
    expect(filter.x[1]).to.be.closeTo(4 * gain, 1e-9);
    expect(filter.covariance.covariance(0, 0)).to.be.closeTo(2, 1e-9);
  });

  it('leaves the other variables as they were when only the own ones are updated', () => {
    const filter = filterOfTwo(1);
    filter.predict(3);
    filter.covariance.addVariance(0, 5);
    const before = [1, 2].flatMap((i) => [1, 2].map((j) => filter.covariance.covariance(i, j)));
    const shared = filter.covariance.covariance(0, 1);
    filter.project(new ObservationRow().add(0, 1), 0);
    const { variance } = filter;
    filter.updateOwnVariables(moments(4, 2), filterTrack(0));
    expect([...filter.x.subarray(0, 3)]).to.deep.equal([4, 0, 0]);
    [1, 2]
      .flatMap((i) => [1, 2].map((j) => filter.covariance.covariance(i, j)))
      .forEach((value, n) => {
        expect(value).to.be.closeTo(before[n]!, 1e-9);
      });
    expect(filter.covariance.covariance(0, 0)).to.be.closeTo(2, 1e-9);
    expect(filter.covariance.covariance(0, 1)).to.be.closeTo((shared * 2) / variance, 1e-9);
  });
});

const filterTrack = (phase: number): TrackFilter =>
  Object.assign(new TrackFilter('a', { ...reading, monotonic: 0n }, 0n), { phase });
