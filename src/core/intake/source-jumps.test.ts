import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;
const S = 1e9;

/** A hub that has followed these sources for a while. */
function following(...sources: readonly (Partial<SimulatedSource> & { id: string })[]) {
  const world = new ClosedLoop({ slowPpb: 3000, wanderPpb: 0.1 });
  const found = sources.map((source) => world.add(source));
  world.run(60);
  return { world, sources: found };
}

const grandmaster = { id: 'ptp.up', everyNs: 0.125 * S, delayNs: 5e3, jitterNs: 100 };
const server = (name: string) => ({ id: `ntp.${name}`, delayNs: 2 * MS, jitterNs: 0.1 * MS });
/** The hub's time − a source's time. */
const mistakeNs = (world: ClosedLoop, { offsetNs }: SimulatedSource): number =>
  world.thetaNs + offsetNs - world.clock().offsetNs;

describe('a source whose time jumps', () => {
  for (const jumpNs of [30e3, -MS, S, -37 * S])
    it(`is followed at once if it is the only one: ${jumpNs / MS} ms`, () => {
      const { world, sources } = following(grandmaster);
      const [up] = sources as [SimulatedSource];
      up.offsetNs += jumpNs;
      for (let sixteenth = 0; sixteenth < 48; sixteenth++) {
        const heard = world.inputs.length;
        world.run(1 / 16);
        const isSeen = world.inputs.slice(heard).some(({ type }) => type === 'report') || sixteenth > 1;
        if (isSeen) expect(Math.abs(mistakeNs(world, up))).to.be.below(world.clock().boundNs);
        if (sixteenth > 8) expect(Math.abs(mistakeNs(world, up))).to.be.below(500);
      }
      expect(world.state().mode).to.equal('tracking');
      expect(world.texts('source').at(-1)).to.match(/^ptp\.up has jumped by .*s and is followed$/);
    });

  it('widens the bound at once if it announces the jump, keeps its path, and is right with its next observation', () => {
    const { world, sources } = following(grandmaster);
    const [up] = sources as [SimulatedSource];
    const { delayNs } = world.source('ptp.up');
    up.offsetNs += 5 * MS;
    world.accept({ type: 'discontinuity', id: 'ptp.up', reason: 'was set', jumpNs: 5 * MS });
    expect(world.clock().sigmaNs).to.be.within(5 * MS, 6 * MS);
    expect(world.clock().boundNs).to.be.above(20 * MS);
    world.run(0.13);
    expect(Math.abs(mistakeNs(world, up))).to.be.below(500);
    expect(world.clock().sigmaNs).to.be.below(500);
    expect(world.source('ptp.up').delayNs).to.be.closeTo(delayNs!, 20);
    expect(world.source('ptp.up').reason).to.match(/; its time jumped by 5 ms at 2026-01-01T00:01:0\dZ$/);
    up.alive = false;
    world.run(3700);
    expect(world.source('ptp.up').reason).not.to.include('jumped');
  });

  it('may have any time if it does not state the size of the jump', () => {
    const { world } = following(grandmaster);
    world.accept({ type: 'discontinuity', id: 'ptp.up', reason: 'was set' });
    expect(world.state().mode).to.equal('unsynchronised');
    world.run(0.2);
    expect(world.state().mode).to.equal('tracking');
  });

  it('may have another rate afterwards', () => {
    const { world, sources } = following(grandmaster);
    const [up] = sources as [SimulatedSource];
    up.offsetNs += MS;
    world.slowPpb += 4000;
    let outside = 0;
    for (let n = 0; n < 40; n++) {
      world.run(0.125);
      if (Math.abs(mistakeNs(world, up)) > world.clock().boundNs) outside++;
    }
    expect(outside).to.be.below(2);
    expect(Math.abs(mistakeNs(world, up))).to.be.below(200);
  });

  it('must be admitted again beside others, which go on carrying the estimate', () => {
    const { world, sources } = following(grandmaster, server('a'), server('b'));
    const [up] = sources as [SimulatedSource];
    expect(world.source('ptp.up').weight).to.be.above(0.9);
    up.offsetNs += S;
    world.run(1);
    expect(world.source('ptp.up')).to.include({ state: 'rejected', weight: 0 });
    expect(world.source('ptp.up').reason).to.match(
      /^disagrees with ntp\.a and ntp\.b by 1 s; its time jumped by 1 s at /,
    );
    expect(world.state().mode).to.equal('tracking');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
    up.offsetNs -= S;
    world.run(3);
    expect(world.source('ptp.up').state).to.equal('combined');
  });

  it('is not followed for being the last one, but is before long if most have jumped with it', () => {
    const { world, sources } = following(server('a'), server('b'), server('c'));
    const [a, b, c] = sources as [SimulatedSource, SimulatedSource, SimulatedSource];
    for (const one of [b, c]) world.kill(one);
    world.run(30);
    a.offsetNs += 70 * MS;
    world.run(10);
    expect(world.state().mode).to.equal('holdover');
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(MS);
    b.alive = true;
    b.offsetNs += 70 * MS;
    world.run(60);
    expect(Math.abs(mistakeNs(world, a))).to.be.below(MS);
  });

  it('leaves the time uncertain if all that made it have jumped, until they are judged', () => {
    const { world, sources } = following(server('a'), server('b'));
    for (const one of sources) one.offsetNs += 70 * MS;
    world.run(2.5);
    expect(world.state().mode).to.equal('holdover');
    expect(world.clock().boundNs).to.be.above(70 * MS);
    world.run(30);
    expect(world.state().mode).to.equal('tracking');
    expect(Math.abs(mistakeNs(world, sources[0]!))).to.be.below(MS);
  });
});
