import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { Source, type SourceTrack } from '../tracks/source.js';
import { comesBack, restarts } from './readmission.js';

const observation: Observation = {
  kind: 'reading',
  clock: 'system',
  monotonic: 1n,
  stamp: 'kernel',
  noiseFloorNs: 1,
  offsetNs: 0,
};

function admittedTrack(id: string): SourceTrack {
  const track = new Source(id).trackOf(observation);
  track.note(observation);
  track.cadence.update(1n, 10e9);
  track.admission.record(100);
  return track;
}

describe('readmission', () => {
  it('is not needed after a silence of the only carrier, but of one of several', () => {
    const track = admittedTrack('ntp.a');
    const other = admittedTrack('ntp.b');
    track.setReachable(false, false);
    expect(comesBack(track, [track.source])).to.equal(false);
    expect(track.isLost).to.equal(false);
    track.setReachable(false, false);
    expect(comesBack(track, [track.source, other.source])).to.equal(true);
    expect(track.cadence.updates).to.equal(0);
  });

  it('is needed after the estimator has begun again with a track, unless no other track carries the estimate', () => {
    const track = admittedTrack('ntp.a');
    expect(restarts(track, 0, [track.source])).to.equal(false);
    expect(restarts(track, 1, [track.source])).to.equal(false);
    const both = [track.source, admittedTrack('ntp.b').source];
    expect(restarts(track, 1, both)).to.equal(false);
    expect(restarts(track, 2, both)).to.equal(true);
    expect(track.cadence.updates).to.equal(0);
    track.admission.record(undefined);
    const rule = (updates: number) => track.admission.rule({ agrees: true, alone: false }, updates);
    expect([1, 2, 3, 4].map(rule)).to.deep.equal([false, false, false, true]);
  });
});
