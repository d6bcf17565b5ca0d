import { expect } from 'chai';
import type { Claims, Observation } from '../../api/index.js';
import { ClosedLoop } from '../testing/closed-loop.js';
import { Source, type SourceTrack } from '../tracks/source.js';
import { ineligibilityOf, isPending, unmeasuredAgain } from './eligibility.js';

const watchedOnly = (claims: Partial<Claims>, more: object = {}): { state: string; reason: string } => {
  const world = new ClosedLoop();
  world.add({ id: 'ntp.good' });
  const source = world.add({ id: 'ntp.watched', ...more }, { noselect: true }, claims);
  source.alive = 'alive' in more ? source.alive : true;
  world.run(20);
  const { state, reason } = world.source('ntp.watched');
  return { state, reason };
};

describe('a source that is watched only', () => {
  it('has the plain reason while nothing else is wrong', () => {
    expect(watchedOnly({})).to.deep.equal({ state: 'disabled', reason: 'is watched only (noselect)' });
  });

  it('also gives the reason why it could not be used', () => {
    const flaw = 'the server is not synchronised (stratum 16)';
    expect(watchedOnly({ synchronised: false, flaw })).to.deep.equal({
      state: 'disabled',
      reason: `is watched only (noselect); ${flaw}`,
    });
    expect(watchedOnly({ synchronised: false }).reason).to.equal(
      'is watched only (noselect); answers, but says that it is not synchronised itself',
    );
    expect(watchedOnly({}, { alive: false }).reason).to.equal('is watched only (noselect); nothing heard from it yet');
    expect(watchedOnly({}, { everyNs: 8e9 }).reason).to.match(
      /^is watched only \(noselect\); is being learnt: \d more observations? before it is judged$/,
    );
  });

  it('says that its timescale is arbitrary, as a source without noselect does', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.good' });
    world.add({ id: 'ptp.watched', alive: false }, { noselect: true });
    world.add({ id: 'ptp.arb', alive: false });
    const leg = {
      kind: 'leg',
      clock: 'system',
      stamp: 'kernel',
      noiseFloorNs: 100,
      scale: 'arb',
      transitNs: 1e3,
    } as const;
    for (let s = 0; s < 8; s++) {
      world.run(1);
      for (const id of ['ptp.watched', 'ptp.arb'])
        for (const direction of ['outbound', 'inbound'] as const) {
          const observation: Observation = { ...leg, direction, monotonic: world.stamp().monotonic };
          world.accept({ type: 'report', id, observations: [observation] });
        }
    }
    const arbitrary = 'its timescale is arbitrary, so it has rate and phase but no time of day';
    const { state, reason } = world.source('ptp.arb');
    expect(state).to.equal('rejected');
    expect(reason).to.contain(arbitrary).and.contain('set timescale = "utc"');
    expect(world.source('ptp.watched').state).to.equal('disabled');
    expect(world.source('ptp.watched').reason).to.contain(`is watched only (noselect); ${arbitrary}`);
  });
});

describe('a source that was rejected and is learnt again', () => {
  const leg: Observation = {
    kind: 'leg',
    direction: 'outbound',
    transitNs: 1e6,
    clock: 'system',
    monotonic: 1n,
    stamp: 'kernel',
    noiseFloorNs: 100,
  };
  const learntAgain = (rejection: string | undefined): SourceTrack => {
    const track = new Source('ntp.a').trackOf(leg);
    track.admission.noteJudgement(rejection);
    track.relearn();
    track.note(leg);
    track.noteLeg(leg, 1n);
    track.cadence.update(1n, track.silentAfterNs);
    return track;
  };

  it('stays rejected for the reason of the last judgement, also while its delay is not measured', () => {
    const track = learntAgain('disagrees with ntp.b by 50 ms');
    const rejected = { state: 'rejected', lasts: false };
    expect(ineligibilityOf(track, 1n)).to.include(rejected);
    expect(ineligibilityOf(track, 1n)?.reason).to.match(
      /^disagrees with ntp\.b by 50 ms; its path delay is not measured: it answers, but /,
    );
    expect(unmeasuredAgain(track).state).to.equal('rejected');
    track.noteLeg({ ...leg, direction: 'inbound' }, 1n);
    expect(ineligibilityOf(track, 1n)).to.deep.equal({
      state: 'rejected',
      reason: 'disagrees with ntp.b by 50 ms; is learnt again: 3 more observations before it is judged',
    });
    expect(isPending(track.source, 1n)).to.equal(false);
  });

  it('is warming if it was not rejected', () => {
    const track = learntAgain(undefined);
    expect(ineligibilityOf(track, 1n)?.state).to.equal('warming');
    expect(unmeasuredAgain(track).state).to.equal('warming');
    expect(isPending(track.source, 1n)).to.equal(true);
  });

  it('shows that from its restart to its next judgement', () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.a', 'ntp.b', 'ntp.c']) world.add({ id });
    const liar = world.add({ id: 'ntp.liar', offsetNs: 50e6 });
    world.run(20);
    liar.offsetNs += 1e9;
    const shown: string[] = [];
    for (let second = 0; second < 8; second++) {
      world.run(1);
      const { state, reason } = world.source('ntp.liar');
      expect(state).to.equal('rejected');
      shown.push(reason);
    }
    expect(shown.some((reason) => /^is (50|49\.\d) ms from .*; is learnt again: 3 more/.test(reason))).to.equal(true);
    expect(shown.at(-1)).to.match(/^disagrees with .* by 1\.05 s/);
  });
});
