import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { Source, type SourceTrack } from './source.js';

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
/** A track that was heard at these seconds. */
const heardAt = (observation: Observation, ...seconds: number[]): SourceTrack => {
  const track = new Source('ntp.a').trackOf(observation);
  for (const second of seconds) {
    track.note(observation);
    track.cadence.update(BigInt(second) * BigInt(S), track.silentAfterNs);
  }
  return track;
};
const steady = (count: number, everyS: number): number[] => Array.from({ length: count }, (_, i) => 1 + i * everyS);

describe('source', () => {
  it('has a track for each path', () => {
    const source = new Source('gpsd.r');
    const plain = source.trackOf(leg);
    const pps = source.trackOf({ ...leg, path: 'pps' });
    expect([plain.key, pps.key]).to.deep.equal(['gpsd.r', 'gpsd.r/pps']);
    expect(source.trackOf({ ...leg, path: 'pps' })).to.equal(pps);
  });

  it('begins another track after one was forgotten', () => {
    const source = new Source('gpsd.r');
    const track = source.trackOf(leg);
    source.forget(track);
    expect(source.trackOf(leg)).to.not.equal(track);
  });

  it('announces each news once', () => {
    const source = new Source('ntp.a');
    expect(['rejected', 'rejected', 'combined'].map((news) => source.announce(news))).to.deep.equal([
      true,
      false,
      true,
    ]);
  });
});

describe('source track', () => {
  it('counts as silent after several of its own intervals', () => {
    expect(heardAt(leg, ...steady(12, 64)).silentAfterNs).to.equal(8 * 64 * S);
    expect(heardAt(leg, ...steady(12, 1)).silentAfterNs).to.equal(10 * S);
  });

  it('counts as silent late during a quick start, which does not show the later interval', () => {
    expect(heardAt(leg, ...steady(4, 2)).silentAfterNs).to.equal(300 * S);
    const pulse: Observation = { ...leg, kind: 'pulse', edge: 0n, periodNs: S };
    expect(heardAt(pulse, ...steady(4, 1)).silentAfterNs).to.equal(10 * S);
  });

  it('learns irregular intervals beyond that, although the first of them count as silence', () => {
    const track = new Source('ntp.a').trackOf(leg);
    const gaps = [0, 70, 530, 310, 65, 400, 520, 90, 480, 66, 500, 350, 530];
    let [second, silences] = [1, 0];
    for (const gap of gaps) {
      second += gap;
      const now = BigInt(second) * BigInt(S);
      if (track.cadence.updates > 0 && track.cadence.ageNs(now) > track.silentAfterNs) {
        silences++;
        track.judgeAgain();
      }
      track.note(leg);
      track.cadence.update(now, track.silentAfterNs);
    }
    expect(silences).to.equal(0);
    expect(track.cadence.updates).to.equal(gaps.length);
    const slow = heardAt(leg, 1);
    slow.judgeAgain();
    slow.note(leg);
    slow.cadence.update(BigInt(500 * S), slow.silentAfterNs);
    expect(slow.cadence.intervalNs).to.equal(300 * S);
    expect(slow.silentAfterNs).to.equal(2400 * S);
  });

  it('remembers a long gap for a while', () => {
    expect(heardAt(leg, ...steady(12, 2), 200, 202).cadence.intervalNs).to.be.closeTo(0.95 * 177 * S, S);
  });

  it('has an age since its last update', () => {
    expect(heardAt(leg, 5).cadence.ageNs(BigInt(8 * S))).to.equal(3 * S);
  });

  it('has the bias bound that was claimed ahead of its newest observation', () => {
    const source = new Source('gpsd.r');
    const pulse = source.trackOf(leg);
    source.claim({ synchronised: true, biasBoundNs: 10e3 }, 1n, undefined);
    pulse.note(leg);
    source.claim({ synchronised: true, biasBoundNs: 100e6 }, 1n, undefined);
    expect(pulse.biasBoundNs).to.equal(10e3);
    pulse.note(leg);
    expect(pulse.biasBoundNs).to.equal(100e6);
  });

  it('keeps its place through three refused observations, not through a fourth', () => {
    const track = heardAt(leg, 1, 2, 3);
    track.admission.record(100);
    for (let n = 0; n < 3; n++) track.refuse('has the wrong date');
    expect([track.refusals.reason, track.cadence.updates]).to.deep.equal([undefined, 3]);
    track.refuse('has the wrong date');
    expect([track.refusals.reason, track.cadence.updates]).to.deep.equal(['has the wrong date', 0]);
    track.refuse(undefined);
    expect(track.refusals.reason).to.equal(undefined);
  });
});
