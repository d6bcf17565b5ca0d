import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { ageNs, createSource, heard, note, type SourceTrack, silentAfterNs, trackOf } from './source.js';

const S = 1_000_000_000;
const leg: Observation = {
  kind: 'leg',
  direction: 'inbound',
  transitNs: 0,
  clock: 'system',
  monotonic: 1n,
  stamp: 'kernel',
  noiseFloorNs: 1,
};
/** A track that spoke at these seconds. */
const spokeAt = (observation: Observation, ...seconds: number[]): SourceTrack => {
  const track = trackOf(createSource('ntp.a'), observation);
  for (const second of seconds) {
    note(track, observation);
    heard(track, BigInt(second) * BigInt(S));
  }
  return track;
};
const steady = (count: number, everyS: number): number[] => Array.from({ length: count }, (_, i) => 1 + i * everyS);

describe('source', () => {
  it('keeps a track for each path', () => {
    const source = createSource('gpsd.r');
    const plain = trackOf(source, leg);
    const pps = trackOf(source, { ...leg, path: 'pps' });
    expect([plain.key, pps.key]).to.deep.equal(['gpsd.r', 'gpsd.r/pps']);
    expect(trackOf(source, { ...leg, path: 'pps' })).to.equal(pps);
  });

  it('counts as silent after several of its own intervals', () => {
    expect(silentAfterNs(spokeAt(leg, ...steady(12, 64)))).to.equal(8 * 64 * S);
    expect(silentAfterNs(spokeAt(leg, ...steady(12, 1)))).to.equal(10 * S);
  });

  it('is patient while a quick start says nothing about the interval to come', () => {
    expect(silentAfterNs(spokeAt(leg, ...steady(4, 2)))).to.equal(300 * S);
    const pulse: Observation = { ...leg, kind: 'pulse', edge: 0n, periodNs: S };
    expect(silentAfterNs(spokeAt(pulse, ...steady(4, 1)))).to.equal(10 * S);
  });

  it('remembers a long gap for a while', () => {
    const track = spokeAt(leg, ...steady(12, 2), 200, 202);
    expect(track.intervalNs).to.be.closeTo(0.95 * 177 * S, S);
  });

  it('has an age since its last word', () => {
    expect(ageNs(spokeAt(leg, 5), BigInt(8 * S))).to.equal(3 * S);
  });

  it('takes the bias bound that was claimed when it spoke, not that of what its source says later', () => {
    const source = createSource('gpsd.r');
    const pulse = trackOf(source, leg);
    source.claims = { synchronised: true, biasBoundNs: 10e3 };
    note(pulse, leg);
    source.claims = { synchronised: true, biasBoundNs: 100e6 };
    expect(pulse.biasBoundNs).to.equal(10e3);
    note(pulse, leg);
    expect(pulse.biasBoundNs).to.equal(100e6);
  });
});
