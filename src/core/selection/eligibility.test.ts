import { expect } from 'chai';
import type { Claims, Observation } from '../../api/index.js';
import { ClosedLoop } from '../testing/closed-loop.js';

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
