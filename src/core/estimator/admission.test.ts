import { expect } from 'chai';
import { Bench } from './testing/bench.js';

function expectSame(one: Bench, other: Bench): void {
  for (const clock of ['system', 'phc:card'] as const) {
    expect(one.estimator.clock(clock)).to.deep.equal(other.estimator.clock(clock));
    expect(one.estimator.saveOscillator(clock)).to.deep.equal(other.estimator.saveOscillator(clock));
  }
  expect(one.estimator.tracks()).to.deep.equal(other.estimator.tracks());
  for (const key of other.estimator.tracks()) {
    expect(one.track(key)).to.deep.equal(other.track(key));
    expect(one.estimator.savePath(key)).to.deep.equal(other.estimator.savePath(key));
  }
}

describe('admitting and withdrawing tracks', () => {
  it('knows the time no better than an unknown bias before a track is admitted', () => {
    const bench = new Bench();
    expect(bench.clock()).to.equal(undefined);
    bench.warm(['a', 'b']);
    expect(bench.clock().sigmaNs).to.be.within(0.1e9, 0.25e9);
    expect(bench.clock().slopePpb).to.be.closeTo(bench.slopePpb, 500);
    expect(bench.track('a').admitted).to.equal(false);
    bench.estimator.admit('a', 1e3);
    expect(bench.clock().sigmaNs).to.be.below(10e3);
    expect(bench.track('a')).to.include({ admitted: true });
    expect(bench.track('a').weight).to.be.closeTo(1, 1e-9);
  });

  it('takes an assertion back exactly: every clock and track is, to the bit, as if it had never been made', () => {
    const [never, once] = [new Bench(), new Bench()];
    const both = (act: (bench: Bench) => void) => [never, once].forEach(act);
    both((bench) => bench.estimator.addClock('phc:card', bench.now));
    both((bench) => bench.warm(['a', 'b', 'liar']));
    for (let n = 0; n < 20; n++) both((bench) => bench.wait(1).reading('card', { versus: 'phc:card', noiseNs: 1e3 }));
    expectSame(once, never);
    for (const key of ['a', 'b', 'card']) both(({ estimator }) => estimator.admit(key, 20e3));
    for (const sigma of [20e3, 1, 1e9]) {
      once.estimator.admit('liar', sigma);
      expect(once.clock()).not.to.deep.equal(never.clock());
      expect(once.track('liar').admitted).to.equal(true);
    }
    once.estimator.withdraw('liar');
    expectSame(once, never);
    for (let round = 0; round < 3; round++) {
      both((bench) => bench.warm(['b', 'liar', 'a'], 10));
      expectSame(once, never);
      once.estimator.admit('liar', 5e3);
      once.estimator.withdraw('liar');
    }
    both(({ estimator }) => estimator.withdraw('a'));
    once.estimator.admit('liar', 5e3);
    once.estimator.withdraw('liar');
    both((bench) => bench.wait(600));
    expectSame(once, never);
  });

  it('keeps of a withdrawn falseticker with a constant bias only what its noise taught of the rate', () => {
    const [never, once] = [new Bench(), new Bench()];
    for (const bench of [never, once]) {
      bench.warm(['a', 'b']).exchange('liar', { biasNs: 50e6 });
      for (const key of bench === once ? ['a', 'b', 'liar'] : ['a', 'b']) bench.estimator.admit(key, 20e3);
      for (let n = 0; n < 20; n++) bench.wait(16).exchange('liar', { biasNs: 50e6 });
      bench.estimator.withdraw('liar');
      bench.warm(['a', 'b'], 10);
    }
    expect(once.errorNs()).to.be.closeTo(never.errorNs(), 3e3);
  });

  it('weighs independent tracks by their variance and asserted bias, and leaves the bias out of sigma', () => {
    const bench = new Bench(0, 0);
    const readings = { a: [1000, 30], b: [4000, 50] } as const;
    for (const [key, [offsetNs, noiseNs]] of Object.entries(readings))
      bench.estimator.observe(key, {
        ...{ kind: 'reading', clock: 'system', monotonic: bench.now, stamp: 'kernel', noiseFloorNs: 1e-6 },
        ...{ offsetNs, noiseNs },
      });
    bench.estimator.admit('a', 40);
    bench.estimator.admit('b', 120);
    const [va, vb] = [30 ** 2 + 40 ** 2, 50 ** 2 + 120 ** 2];
    const share = vb / (va + vb);
    expect(bench.clock().offsetNs).to.be.closeTo(share * 1000 + (1 - share) * 4000, 1e-6);
    expect(bench.clock().sigmaNs).to.be.closeTo(Math.hypot(share * 30, (1 - share) * 50), 1e-6);
    expect(bench.track('a').weight).to.be.closeTo(share, 1e-9);
    expect(bench.track('b').weight).to.be.closeTo(1 - share, 1e-9);
  });

  it('is not affected by the size of a withdrawn track’s bias', () => {
    for (const biasNs of [50e6, 3600e9]) {
      const [with_, without] = [new Bench(), new Bench()];
      for (const bench of [with_, without]) bench.exchange('a');
      with_.exchange('liar', { biasNs });
      for (const bench of [with_, without]) bench.warm(['a']).estimator.admit('a', 1e3);
      expect(Math.abs(with_.errorNs())).to.be.below(10e3);
      expect(with_.track('liar').offsetNs - with_.offsetNs).to.be.closeTo(biasNs, 2e6);
    }
  });

  it('learns the biases of sources relative to each other, and keeps them when the better one falls silent', () => {
    const bench = new Bench();
    for (let n = 0; n < 200; n++) {
      bench.wait(1).exchange('gnss', { jitterNs: 100 });
      bench.exchange('ntp', { biasNs: 400e3 });
    }
    bench.estimator.admit('gnss', 100);
    bench.estimator.admit('ntp', 500e3);
    for (let n = 0; n < 500; n++) bench.wait(1).exchange('ntp', { biasNs: 400e3 });
    expect(Math.abs(bench.errorNs())).to.be.below(5e3);
  });

  it('removes a track without a trace in the others', () => {
    const bench = new Bench().warm(['a', 'b', 'c']);
    for (const key of ['a', 'c']) bench.estimator.admit(key, 1e3);
    const before = { clock: bench.clock(), a: bench.track('a'), c: bench.track('c') };
    bench.estimator.removeTrack('b');
    expect(bench.estimator.tracks()).to.deep.equal(['a', 'c']);
    expect(bench.estimator.track('b')).to.equal(undefined);
    expect(bench.clock().offsetNs).to.be.closeTo(before.clock.offsetNs, 1e-6);
    expect(bench.clock().sigmaNs).to.be.closeTo(before.clock.sigmaNs, 1e-6);
    expect(bench.track('c').offsetNs).to.be.closeTo(before.c.offsetNs, 1e-6);
    expect(bench.track('c').delayNs).to.be.closeTo(before.c.delayNs!, 1e-6);
    bench.warm(['b', 'c']);
    expect(bench.track('b').observations).to.equal(60);
    expect(Math.abs(bench.errorNs())).to.be.below(10e3);
  });

  it('allows many tracks to be added and removed', () => {
    const bench = new Bench();
    const keys = Array.from({ length: 40 }, (_, n) => `s${n}`);
    bench.warm(keys, 3);
    for (const key of keys) bench.estimator.admit(key, 1e3);
    for (const key of keys.slice(0, 39)) bench.estimator.removeTrack(key);
    bench.warm(['s39', 'x', 'y'], 10);
    expect(bench.estimator.tracks()).to.deep.equal(['s39', 'x', 'y']);
    expect(Math.abs(bench.errorNs())).to.be.below(20e3);
  });
});
