import { expect } from 'chai';
import { Bench } from '../testing/bench.js';

describe('controls', () => {
  it('leave clock and tracks consistent after a known step', () => {
    const bench = new Bench().warm(['a', 'b']);
    for (const key of ['a', 'b']) bench.estimator.admit(key, 1e3);
    const before = { clock: bench.clock(), a: bench.track('a') };
    bench.estimator.controlPhase('system', 123e6, bench.now);
    bench.offsetNs -= 123e6;
    expect(bench.clock().offsetNs).to.be.closeTo(before.clock.offsetNs - 123e6, 1e-3);
    expect(bench.track('a').offsetNs).to.be.closeTo(before.a.offsetNs - 123e6, 1e-3);
    expect(bench.clock().sigmaNs).to.be.closeTo(before.clock.sigmaNs, 1e-6);
    for (const innovation of bench.wait(1).exchange('a')) expect(Math.abs(innovation!.normalised)).to.be.below(6);
  });

  it('change only the time after a known change of frequency, also when they come late', () => {
    const [prompt, late] = [new Bench(), new Bench()];
    for (const bench of [prompt, late]) bench.warm(['a']).estimator.admit('a', 1e3);
    prompt.estimator.controlFrequency('system', 2500, prompt.now);
    late.estimator.advance(late.now + 3_000_000_000n);
    late.estimator.controlFrequency('system', 2500, late.now);
    for (const bench of [prompt, late]) {
      bench.slopePpb -= 2500;
      bench.wait(10);
    }
    expect(late.clock().offsetNs).to.be.closeTo(prompt.clock().offsetNs, 1e-3);
    expect(late.clock().slopePpb).to.be.closeTo(prompt.clock().slopePpb, 1e-6);
    expect(Math.abs(prompt.errorNs())).to.be.below(20e3);
  });

  it('are not needed in silence: sigma grows, and the offset follows the slope', () => {
    const bench = new Bench().warm(['a'], 60);
    bench.estimator.admit('a', 1e3);
    const before = bench.clock();
    const after = bench.wait(3600).clock();
    expect(after.offsetNs).to.be.closeTo(before.offsetNs + 3600 * before.slopePpb, 1e-3 * Math.abs(after.offsetNs));
    expect(after.sigmaNs).to.be.above(100 * before.sigmaNs);
    expect(Math.abs(bench.errorNs())).to.be.below(4 * after.sigmaNs);
  });
});
