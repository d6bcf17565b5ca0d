import { expect } from 'chai';
import { ClosedLoop } from '../testing/closed-loop.js';

const MS = 1e6;

describe('a source that measures another server from now on', () => {
  it('is learnt like a new one, in its place and with its options', () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.a', 'ntp.b']) world.add({ id, delayNs: 2 * MS }, { noselect: id === 'ntp.a' });
    world.run(20);
    expect(world.source('ntp.a')).to.include({ state: 'disabled' });
    world.accept({ type: 'source-replaced', id: 'ntp.a', reason: 'asks B from now on: A is dead' });
    expect(world.texts('source')).to.include('ntp.a asks B from now on: A is dead');
    expect(world.state().sources.map(({ id }) => id)).to.deep.equal(['ntp.a', 'ntp.b']);
    expect(world.source('ntp.a')).to.include({ state: 'disabled', observations: 0 });
  });

  it('is used at once although the former server was a falseticker', () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.a', 'ntp.b', 'ntp.c']) world.add({ id, delayNs: 2 * MS, jitterNs: 0.1 * MS });
    const liar = world.add({ id: 'ntp.d', delayNs: 2 * MS, jitterNs: 0.1 * MS, offsetNs: 100 * MS });
    world.run(60);
    expect(world.source('ntp.d')).to.include({ state: 'rejected' });
    liar.offsetNs = 0;
    world.accept({ type: 'source-replaced', id: 'ntp.d', reason: 'asks another server from now on' });
    world.run(12);
    expect(world.source('ntp.d')!.state).to.be.oneOf(['combined', 'agrees']);
  });
});
