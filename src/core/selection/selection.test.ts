import { expect } from 'chai';
import { ClosedLoop, type SimulatedSource } from '../testing/closed-loop.js';

const MS = 1e6;
const three = (world: ClosedLoop): SimulatedSource[] => ['ntp.a', 'ntp.b', 'ntp.c'].map((id) => world.add({ id }));
const statesOf = (world: ClosedLoop): Record<string, string> =>
  Object.fromEntries(world.state().sources.map(({ id, state }) => [id, state]));

const followerAt = (n: number, reference: string) => ({ stratum: 3, address: `203.0.113.${10 + n}:123`, reference });

describe('selection', () => {
  it('rejects a falseticker and names the sources that it contradicts and by how much', () => {
    const world = new ClosedLoop();
    three(world);
    world.add({ id: 'ntp.liar', offsetNs: 50 * MS });
    world.run(20);
    expect(world.source('ntp.liar')).to.include({ state: 'rejected', weight: 0 });
    expect(world.source('ntp.liar').reason).to.match(
      /^disagrees with ntp\.a, ntp\.b and ntp\.c by (49\.\d|50(\.\d)?) ms$/,
    );
    const good = world.state().sources.slice(0, 3);
    expect(good.map(({ state }) => state)).to.deep.equal(['combined', 'combined', 'combined']);
    expect(good.reduce((sum, { weight }) => sum + weight, 0)).to.be.closeTo(1, 1e-9);
    expect(good[0]!.reason).to.match(/^agrees with ntp\.b and ntp\.c and carries \d+ % of the estimate$/);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.1 * MS);
  });

  it('does not follow a falseticker that answers first', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.liar', offsetNs: 50 * MS, everyNs: 0.3e9 });
    three(world);
    world.run(3);
    expect(world.state().mode).to.equal('unsynchronised');
    expect(world.source('ntp.liar').reason).to.include('waits for ntp.a, ntp.b and ntp.c before the first vote');
    world.run(10);
    expect(statesOf(world)).to.include({ 'ntp.liar': 'rejected', 'ntp.a': 'combined' });
  });

  it('follows a single source after a short wait for others', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' });
    world.accept({ type: 'source', id: 'ntp.mute', options: { ...world.plain, prefer: true } });
    world.run(9);
    expect(world.source('ntp.a')).to.include({ state: 'combined', weight: 1 });
    expect(world.source('ntp.a').reason).to.equal('is the only source and carries the estimate alone');
    expect(world.source('ntp.mute').state).to.equal('warming');
  });

  it('does not follow stratum 15: stratum 16 is unsynchronised', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' }, {}, { stratum: 15 });
    world.run(20);
    expect(world.source('ntp.a').state).to.equal('rejected');
    expect(world.source('ntp.a').reason).to.match(/^is at stratum 15, so this hub would have stratum 16/);
    expect(world.state().ntp).to.include({ stratum: 16, leap: 'unknown' });
    world.claim('ntp.a', { stratum: 14 });
    world.run(20);
    expect(world.state().ntp).to.include({ stratum: 15, leap: 'none' });
  });

  it('gives followers of a source that it hears neither vote nor share', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.out' }, {}, { stratum: 2, address: '203.0.113.7:123' });
    for (const n of [1, 2, 3])
      world.add({ id: `ntp.h${n}`, offsetNs: n === 3 ? 80 * MS : 0.1 * MS }, {}, followerAt(n, '203.0.113.7'));
    world.run(30);
    expect(world.source('ntp.out')).to.include({ state: 'combined', weight: 1 });
    expect(statesOf(world)).to.include({ 'ntp.h1': 'agrees', 'ntp.h2': 'agrees', 'ntp.h3': 'rejected' });
    expect(world.source('ntp.h1').reason).to.equal(
      'agrees with ntp.out, which it follows, so it has neither a vote nor a share beside it',
    );
  });

  it('follows a follower once its leader is silent, if the follower has heard it longer than the hub', () => {
    const world = new ClosedLoop();
    const out = world.add({ id: 'ntp.out' }, {}, { stratum: 2, address: '203.0.113.7:123' });
    const follower = world.add({ id: 'ntp.h1' }, {}, followerAt(1, '203.0.113.7'));
    const state = (setAgoS: number) => {
      for (let second = 0; second < 12; second++) {
        const { reading, offsetNs } = world.clock();
        const referenceTime = reading + BigInt(Math.round(offsetNs)) - BigInt(setAgoS + second) * 1_000_000_000n;
        world.claim('ntp.h1', { ...followerAt(1, '203.0.113.7'), referenceTime });
        world.run(1);
      }
      return world.source(follower.id).state;
    };
    world.run(30);
    world.kill(out);
    expect(state(1)).to.equal('rejected');
    expect(world.source('ntp.h1').reason).to.match(/^follows ntp\.out, which is silent, and heard it no longer/);
    expect(world.state().mode).to.equal('holdover');
    expect(state(-11)).to.equal('combined');
  });

  it('gives no share to a source that may follow the hub through others', () => {
    const world = new ClosedLoop();
    const out = world.add({ id: 'ntp.out' }, {}, { stratum: 2 });
    world.add({ id: 'ntp.next' }, {}, { stratum: 5 });
    world.add({ id: 'ntp.near' }, {}, { stratum: 4 });
    world.run(30);
    expect(statesOf(world)).to.deep.equal({ 'ntp.out': 'combined', 'ntp.next': 'agrees', 'ntp.near': 'combined' });
    expect(world.source('ntp.next').reason).to.equal(
      'agrees, but at stratum 5 it may follow this hub through others, so it has no share beside ntp.out of stratum 2',
    );
    world.kill(out);
    world.run(30);
    expect(world.source('ntp.next').state).to.equal('combined');
  });

  it('never uses a source whose time is its own, and learns nothing from it', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.self' }, {}, { stratum: 3, ours: 'this is this hub itself: …' });
    world.run(30);
    expect(world.source('ntp.self')).to.include({ state: 'rejected', reason: 'this is this hub itself: …' });
    expect(world.source('ntp.self').offsetNs).to.be.NaN;
    expect(world.clock().frequencySigmaPpb).to.equal(Number.POSITIVE_INFINITY);
    world.claim('ntp.self', { stratum: 2 });
    world.run(30);
    expect(world.source('ntp.self').state).to.equal('combined');
  });

  it('follows neither of two that disagree, and says so', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' });
    world.add({ id: 'ntp.b', offsetNs: 80 * MS });
    world.run(20);
    expect(statesOf(world)).to.deep.equal({ 'ntp.a': 'rejected', 'ntp.b': 'rejected' });
    expect(world.source('ntp.a').reason).to.match(/^disagrees with ntp\.b by \S+ ms, and no majority decides/);
    expect(world.state()).to.include({ mode: 'unsynchronised', reason: 'no majority of the sources agrees' });
  });

  for (const word of ['trust', 'prefer'] as const)
    it(`follows the one of two that has the operator's ${word}`, () => {
      const world = new ClosedLoop();
      world.add({ id: 'ntp.a' });
      world.add({ id: 'ntp.b', offsetNs: 80 * MS }, { [word]: true });
      world.run(20);
      expect(statesOf(world)).to.deep.equal({ 'ntp.a': 'rejected', 'ntp.b': 'combined' });
    });

  it('lets trust overrule a majority, but not preference', () => {
    for (const [word, state] of [
      ['trust', 'combined'],
      ['prefer', 'rejected'],
    ] as const) {
      const world = new ClosedLoop();
      three(world);
      world.add({ id: 'ntp.x', offsetNs: 80 * MS }, { [word]: true });
      world.run(20);
      expect(world.source('ntp.x').state, word).to.equal(state);
    }
  });

  it('gives a preferred source most of the share of others that agree', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' });
    world.add({ id: 'ntp.b' }, { prefer: true });
    world.run(60);
    expect(world.source('ntp.b').weight).to.be.above(0.9);
  });

  it('combines nothing while a required source is missing from the majority', () => {
    const world = new ClosedLoop();
    three(world);
    const required = world.add({ id: 'ntp.r' }, { require: true });
    world.run(20);
    expect(world.state().mode).to.equal('tracking');
    required.offsetNs = 80 * MS;
    world.run(120);
    expect(world.state().mode).to.equal('holdover');
    expect(world.source('ntp.a').reason).to.equal('is not used: ntp.r, which is required, does not agree yet');
  });

  it('watches a noselect source and never uses it', () => {
    const world = new ClosedLoop();
    world.add({ id: 'ntp.a' }, { noselect: true });
    world.run(20);
    expect(world.source('ntp.a')).to.include({ state: 'disabled', reason: 'is watched only (noselect)' });
    expect(world.source('ntp.a').offsetNs).to.be.closeTo(world.thetaNs, 0.2 * MS);
    expect(world.state().mode).to.equal('unsynchronised');
  });

  it('needs as many independent sources as min-agreeing says', () => {
    const world = new ClosedLoop({ core: { minAgreeing: 2 } });
    world.add({ id: 'ntp.a' }, {}, { address: '192.0.2.1:123' });
    world.add({ id: 'ntp.b' }, {}, { address: '192.0.2.1:1123' });
    world.run(20);
    expect(world.state().mode).to.equal('unsynchronised');
    expect(world.source('ntp.a').reason).to.equal(
      'is not used: only 1 of the 2 independent sources that must agree do',
    );
    world.add({ id: 'ntp.c' }, {}, { address: '192.0.2.2:123' });
    world.run(20);
    expect(world.state().mode).to.equal('tracking');
  });

  it('is not outvoted by many names of one server', () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.x', 'ntp.y', 'ntp.z'])
      world.add({ id, offsetNs: 80 * MS }, {}, { address: '192.0.2.66:123' });
    world.add({ id: 'ntp.a' }, {}, { address: '192.0.2.1:123' });
    world.add({ id: 'ntp.b' }, {}, { address: '192.0.2.2:123' });
    world.run(20);
    expect(statesOf(world)).to.include({ 'ntp.x': 'rejected', 'ntp.a': 'combined', 'ntp.b': 'combined' });
  });

  it('does not use a source that says that it is not synchronised itself', () => {
    const world = new ClosedLoop();
    three(world);
    world.claim('ntp.b', { synchronised: false });
    world.run(20);
    expect(world.source('ntp.b').state).to.equal('rejected');
    expect(world.source('ntp.b').reason).to.include('not synchronised itself');
    world.claim('ntp.b', { stratum: 1 });
    world.run(80);
    expect(world.source('ntp.b').state).to.equal('combined');
  });

  it('keeps the truechimers when two of four become falsetickers that agree', () => {
    const world = new ClosedLoop();
    const [, , c] = three(world);
    const d = world.add({ id: 'ntp.d' });
    world.run(60);
    c!.offsetNs = 80 * MS;
    d.offsetNs = 80 * MS;
    world.run(300);
    expect(statesOf(world)).to.deep.equal({
      'ntp.a': 'combined',
      'ntp.b': 'combined',
      'ntp.c': 'rejected',
      'ntp.d': 'rejected',
    });
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(MS);
  });

  it('does not follow a known falseticker when it is the last source', () => {
    const world = new ClosedLoop();
    const good = three(world);
    world.add({ id: 'ntp.liar', offsetNs: 50 * MS });
    world.run(20);
    for (const source of good) world.kill(source);
    world.run(120);
    expect(world.state().mode).to.equal('holdover');
    expect(world.source('ntp.liar').reason).to.match(/^disagrees with the hub's time so far by \S+ ms$/);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(2 * MS);
  });

  it('rejects a source that root distances permit and most others contradict', () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.a', 'ntp.b', 'ntp.c']) world.add({ id, delayNs: 20 * MS, jitterNs: 0.3 * MS });
    world.add({ id: 'ntp.x', offsetNs: 25 * MS, delayNs: 20 * MS, jitterNs: 0.3 * MS });
    world.add({ id: 'ntp.y', offsetNs: -25 * MS, delayNs: 20 * MS, jitterNs: 0.3 * MS });
    world.run(60);
    const { 'ntp.x': x, 'ntp.y': y, ...honest } = statesOf(world);
    expect([x, y, ...Object.values(honest)]).to.deep.equal([
      'rejected',
      'rejected',
      'combined',
      'combined',
      'combined',
    ]);
    expect(world.source('ntp.x').reason).to.match(
      /^is 2[45](\.\d)? ms from ntp\.a, ntp\.b and ntp\.c, which agree to \S+ .s: its root distance permits that, but it is \d\d times the usual error of such paths$/,
    );
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.5 * MS);
  });

  it('is between two pairs that root distances permit, with a bound that contains both, whichever answers first', () => {
    const world = new ClosedLoop();
    const far = { delayNs: 20 * MS, jitterNs: 0.3 * MS };
    world.add({ id: 'ntp.a', ...far, everyNs: 0.3e9 });
    world.add({ id: 'ntp.b', ...far });
    world.add({ id: 'ntp.c', ...far, offsetNs: 15 * MS, everyNs: 0.3e9 });
    world.add({ id: 'ntp.d', ...far, offsetNs: 15 * MS });
    world.run(60);
    expect(Object.values(statesOf(world))).to.deep.equal(['combined', 'combined', 'combined', 'combined']);
    expect(world.source('ntp.a').reason).to.match(
      /^agrees with ntp\.b, ntp\.c and ntp\.d to within its root distance \(\S+ ms off, \d+ times the usual error\) and carries 2\d % of the estimate$/,
    );
    const { offsetNs, boundNs } = world.clock();
    expect(offsetNs - world.thetaNs).to.be.within(6 * MS, 9 * MS);
    expect(boundNs).to.be.above(20 * MS);
  });

  it("follows a right majority that comes late, whichever sources made the hub's time so far", () => {
    const world = new ClosedLoop();
    for (const id of ['ntp.x', 'ntp.y']) world.add({ id, offsetNs: 60 * MS });
    world.run(60);
    three(world);
    world.run(60);
    expect(statesOf(world)).to.include({ 'ntp.a': 'combined', 'ntp.x': 'rejected', 'ntp.y': 'rejected' });
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(MS);
  });

  it('makes probation longer with each expulsion, and reports it rarely', () => {
    const world = new ClosedLoop();
    three(world);
    const fickle = world.add({ id: 'ntp.x', jitterNs: 1e3, delayNs: 0.1 * MS });
    world.run(20);
    for (let i = 0; i < 20; i++) {
      fickle.offsetNs = i % 2 === 0 ? 30 * MS : 0;
      world.run(30);
    }
    const told = world.texts('source').filter((text) => text.startsWith('ntp.x'));
    expect(told.length).to.be.below(12);
    expect(world.state().mode).to.equal('tracking');
  });

  it('withdraws silent sources once a majority contradicts them', () => {
    const world = new ClosedLoop({ core: { maxErrorNs: 20 * MS } });
    const old = [world.add({ id: 'ntp.old', offsetNs: -60 * MS }), world.add({ id: 'ntp.older', offsetNs: -60 * MS })];
    world.run(60);
    for (const source of old) world.kill(source);
    three(world);
    world.run(60);
    expect(statesOf(world)).to.include({ 'ntp.a': 'combined', 'ntp.old': 'unreachable' });
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
  });

  it('rejects a server that drifts away slowly, and does not follow it', () => {
    const world = new ClosedLoop();
    const sources = ['ntp.a', 'ntp.b', 'ntp.c', 'ntp.d'].map((id) =>
      world.add({ id, delayNs: 10 * MS, jitterNs: 0.5 * MS }),
    );
    world.run(30);
    let worstNs = 0;
    for (let i = 0; i < 600; i++) {
      sources[3]!.offsetNs += 0.1 * MS;
      world.run(1);
      worstNs = Math.max(worstNs, Math.abs(world.clock().offsetNs - world.thetaNs));
    }
    expect(worstNs).to.be.below(10 * MS);
    expect(statesOf(world)).to.include({ 'ntp.a': 'combined', 'ntp.d': 'rejected' });
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
  });

  it('is not moved by an attacker who delays one direction', () => {
    const world = new ClosedLoop();
    const [, , victim] = three(world);
    world.run(60);
    Object.assign(victim!, { offsetNs: 25 * MS, delayNs: victim!.delayNs + 25 * MS });
    world.run(300);
    expect(Math.abs(world.clock().offsetNs - world.thetaNs)).to.be.below(0.2 * MS);
  });

  it('follows the only source when that changes its time', () => {
    const world = new ClosedLoop();
    const only = world.add({ id: 'ntp.a' });
    world.run(60);
    only.offsetNs = 50 * MS;
    world.run(60);
    expect(world.state().mode).to.equal('tracking');
    expect(world.clock().offsetNs - world.thetaNs).to.be.closeTo(50 * MS, MS);
  });

  it('learns a source again after it was silent, while others carry the estimate', () => {
    const world = new ClosedLoop();
    const [a] = three(world);
    world.run(20);
    world.kill(a!);
    expect(world.source('ntp.a')).to.include({ state: 'unreachable', reason: 'no answer to the last 4 requests' });
    a!.alive = true;
    a!.offsetNs = 50 * MS;
    world.run(2);
    expect(world.source('ntp.a').state).to.equal('warming');
    world.run(300);
    expect(world.source('ntp.a').state).to.equal('rejected');
  });

  it('notices the silence of a source after several of its own intervals', () => {
    const world = new ClosedLoop();
    const [a] = three(world);
    world.run(30);
    a!.alive = false;
    world.run(5);
    expect(world.source('ntp.a').state).to.equal('combined');
    world.run(10);
    expect(world.source('ntp.a').state).to.equal('unreachable');
    expect(world.source('ntp.a').reason).to.match(/^nothing heard from it for \S+ s, usually it is heard every 1 s$/);
  });

  it('does not mistake the longer interval after a quick start for silence', () => {
    const world = new ClosedLoop();
    const a = world.add({ id: 'ntp.a' });
    world.run(6);
    a.alive = false;
    world.run(60);
    expect(world.source('ntp.a').state).to.equal('combined');
  });
});
