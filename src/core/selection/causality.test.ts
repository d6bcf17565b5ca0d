import { expect } from 'chai';
import type { Leg } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import { createSource, type SourceTrack, trackOf } from '../tracks/source.js';
import { isRefuted } from './causality.js';

const leg = (direction: Leg['direction'], transitNs: number): Leg => ({
  kind: 'leg',
  direction,
  transitNs,
  clock: 'system',
  monotonic: 1n,
  stamp: 'kernel',
  noiseFloorNs: 10,
});
const newTrack = (): SourceTrack => trackOf(createSource('ntp.a'), leg('inbound', 0));
const believed = (offsetNs: number): TrackEstimate => ({ offsetNs, sigmaNs: 100 }) as TrackEstimate;
const exchange = (offsetNs: number, delayNs: number): Leg[] => [
  leg('outbound', offsetNs + delayNs),
  leg('inbound', -offsetNs + delayNs),
];

describe('causality', () => {
  it('accepts any lateness', () => {
    const track = newTrack();
    const late = [leg('outbound', 5e6), leg('inbound', 1e9)];
    for (let i = 0; i < 10; i++) expect(isRefuted(track, believed(0), late)).to.equal(false);
  });

  it('refutes a belief by which messages arrive before they were sent, three times in a row', () => {
    for (const offsetNs of [200e3, -200e3]) {
      const track = newTrack();
      const verdicts = [1, 2, 3].map(() => isRefuted(track, believed(0), exchange(offsetNs, 100e3)));
      expect(verdicts).to.deep.equal([false, false, true]);
    }
  });

  it('starts counting again after an exchange that fits, and tolerates noise', () => {
    const track = newTrack();
    const bad = exchange(200e3, 100e3);
    const verdicts = [bad, bad, exchange(110e3, 100e3), bad, bad].map((legs) => isRefuted(track, believed(0), legs));
    expect(verdicts).to.deep.equal([false, false, false, false, false]);
  });
});
