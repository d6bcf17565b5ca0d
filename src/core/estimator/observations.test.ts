import { expect } from 'chai';
import { Bench } from './testing/bench.js';

const MS = 1e6;

const known = (): Bench => {
  const bench = new Bench().warm(['a'], 60);
  bench.estimator.admit('a', 1e3);
  return bench;
};

describe('legs', () => {
  it('show offset and base delay as soon as both directions are there', () => {
    const bench = new Bench();
    bench.exchange('a', { biasNs: 2 * MS, delayNs: 7 * MS });
    bench.wait(1).exchange('a', { biasNs: 2 * MS, delayNs: 7 * MS });
    expect(bench.track('a').offsetNs).to.be.closeTo(bench.offsetNs + 2 * MS, 0.1 * MS);
    expect(bench.track('a').delayNs).to.be.closeTo(7 * MS, 0.5 * MS);
  });

  it('may come in any order, at different rates, and in one direction only', () => {
    const bench = new Bench();
    for (let n = 0; n < 200; n++) {
      bench.wait(0.125).leg('ptp', 'inbound', { delayNs: 500e3 });
      bench.leg('corrected', 'inbound', { delayNs: 0, jitterNs: 50 });
      if (n % 8 === 5) bench.leg('ptp', 'outbound', { delayNs: 500e3 });
    }
    expect(bench.track('ptp').offsetNs).to.be.closeTo(bench.offsetNs, 6e3);
    expect(bench.track('ptp').delayNs).to.be.closeTo(500e3, 10e3);
    expect(bench.track('corrected').offsetNs).to.be.closeTo(bench.offsetNs, 150);
    expect(bench.track('corrected').delayNs).to.equal(undefined);
  });

  it('of a single wrong packet move nothing by more than a fraction of sigma', () => {
    for (const direction of ['inbound', 'outbound'] as const) {
      for (const wrongNs of [20 * MS, -20 * MS, 0.3 * MS, -0.3 * MS, 1e12]) {
        const bench = known().wait(1);
        const before = bench.clock();
        const innovation = bench.leg('a', direction, { delayNs: MS + wrongNs });
        expect(Math.abs(innovation!.normalised)).to.be.above(15);
        expect(bench.clock().offsetNs, `${direction} ${wrongNs}`).to.be.closeTo(before.offsetNs, 0.3 * before.sigmaNs);
        expect(bench.clock().sigmaNs).to.be.closeTo(before.sigmaNs, 0.3 * before.sigmaNs);
        const noise = bench.track('a').noiseNs;
        bench.warm(['a'], 5);
        expect(bench.track('a').noiseNs).to.be.within(noise / 1.5, noise * 1.5);
      }
    }
  });

  it('count at the instant of their stamp when they come late', () => {
    const [prompt, late] = [known(), known()];
    for (const bench of [prompt, late]) bench.wait(1);
    const legs = [prompt.measureLeg('outbound'), prompt.measureLeg('inbound')];
    for (const leg of legs) prompt.estimator.observe('a', leg);
    late.estimator.controlPhase('system', 40 * MS, late.now + 1_000_000_000n);
    late.estimator.controlFrequency('system', 3000, late.now + 1_500_000_000n);
    late.estimator.advance(late.now + 2_000_000_000n);
    for (const leg of legs) {
      const innovation = late.estimator.observe('a', leg);
      expect(Math.abs(innovation!.residualNs)).to.be.below(60e3);
    }
    prompt.estimator.controlPhase('system', 40 * MS, prompt.now + 1_000_000_000n);
    prompt.estimator.controlFrequency('system', 3000, prompt.now + 1_500_000_000n);
    for (const bench of [prompt, late]) bench.wait(2);
    expect(late.clock().offsetNs).to.be.closeTo(prompt.clock().offsetNs, 50);
    expect(late.clock().sigmaNs / prompt.clock().sigmaNs).to.be.closeTo(1, 0.01);
  });

  it('are dropped when they are too old', () => {
    const bench = known();
    const old = bench.measureLeg('inbound', { biasNs: 30 * MS });
    const before = bench.wait(30).clock();
    expect(bench.estimator.observe('a', old)).to.equal(undefined);
    expect(bench.clock()).to.deep.equal(before);
  });

  it('show a step of the clock by another program within eight exchanges', () => {
    const bench = known();
    bench.offsetNs += 80 * MS;
    bench.warm(['a'], 8);
    expect(Math.abs(bench.errorNs())).to.be.below(0.5 * MS);
  });

  it('that come earlier in both directions show a shorter route: the phase stays', () => {
    const bench = known();
    for (let n = 0; n < 40; n++) {
      bench.wait(1).exchange('a', { delayNs: 0.3 * MS });
      expect(Math.abs(bench.errorNs()), `after ${n + 1}`).to.be.below(10e3);
    }
    expect(bench.track('a').delayNs).to.be.closeTo(0.3 * MS, 10e3);
  });

  it('that come earlier in one direction only do not move the phase', () => {
    const bench = known();
    for (let n = 0; n < 12; n++) {
      bench.wait(1).leg('a', 'outbound');
      bench.leg('a', 'inbound', { delayNs: 0.3 * MS });
      expect(Math.abs(bench.errorNs()), `after ${n + 1}`).to.be.below(10e3);
    }
  });

  it('that come earlier in one direction and later in the other do not move the phase, and show the shorter path', () => {
    const bench = known();
    const exchanges = (count: number, inboundNs: number, outboundNs: number): void => {
      for (let n = 0; n < count; n++) {
        bench.wait(1).leg('a', 'outbound', { delayNs: outboundNs });
        bench.leg('a', 'inbound', { delayNs: inboundNs });
        expect(Math.abs(bench.errorNs()), `after ${n + 1} of ${inboundNs}, ${outboundNs}`).to.be.below(15e3);
      }
    };
    exchanges(60, 0.3 * MS, MS);
    exchanges(60, 0.3 * MS, 0.3 * MS);
    expect(bench.track('a').delayNs).to.be.closeTo(0.3 * MS, 15e3);
  });

  it('that come 6 µs later in both directions of a path with noise of nanoseconds do not move the phase', () => {
    const path = { delayNs: 10e3, jitterNs: 20 };
    const bench = new Bench();
    for (let n = 0; n < 200; n++) bench.wait(1).exchange('a', path);
    bench.estimator.admit('a', 100);
    for (let n = 0; n < 30; n++) {
      bench.wait(1).exchange('a', { ...path, delayNs: 16e3 });
      expect(Math.abs(bench.errorNs()), `after ${n + 1}`).to.be.below(100);
    }
    expect(bench.track('a').delayNs).to.be.closeTo(16e3, 100);
    expect(bench.clock().sigmaNs).to.be.below(50);
  });

  it('that stay late in one direction do not move the phase', () => {
    const bench = new Bench().warm(['a', 'b', 'c'], 60);
    for (const key of ['a', 'b', 'c']) bench.estimator.admit(key, 50e3);
    for (let n = 0; n < 200; n++) {
      bench.wait(1).leg('a', 'outbound');
      bench.leg('a', 'inbound', { delayNs: 6 * MS });
      bench.warm(['b', 'c'], 1);
    }
    expect(Math.abs(bench.errorNs())).to.be.below(10e3);
  });
});

describe('pulses', () => {
  it('are refused until the phase is known to a fraction of the period, then they carry it', () => {
    const bench = new Bench().warm(['a']);
    expect(bench.wait(1).pulse('pps')).to.equal(undefined);
    expect(bench.track('pps')).to.equal(undefined);
    bench.estimator.admit('a', 10e3);
    for (let n = 0; n < 60; n++) expect(bench.wait(1).pulse('pps')).not.to.equal(undefined);
    bench.estimator.admit('pps', 50);
    expect(bench.errorNs()).to.be.closeTo(0, 200);
    expect(bench.clock().sigmaNs).to.be.below(60);
    expect(bench.track('pps').weight).to.be.above(0.99);
  });

  it('take their number from the source while there is no other, and drop it when the vote says otherwise', () => {
    const bench = new Bench();
    const pulse = () => bench.wait(1).pulse('pps', { numberedOffsetNs: bench.offsetNs + 1e9 });
    for (let n = 0; n < 10; n++) expect(pulse()).not.to.equal(undefined);
    expect(bench.track('pps').offsetNs).to.be.closeTo(bench.offsetNs + 1e9, 1e3);
    bench.warm(['a']).estimator.admit('a', 10e3);
    for (let n = 0; n < 10; n++) pulse();
    expect(bench.track('pps').offsetNs).to.be.closeTo(bench.offsetNs, 1e3);
  });

  it('that are not admitted show their phase with an honest sigma, while a slow server shows the slope', () => {
    const bench = known();
    /** Returns RMS of error and of error / sigma over so many pulses, one a second, each a few steps of the slope later. */
    const run = (seconds: number): { rmsNs: number; normalised: number } => {
      let [square, normalisedSquare] = [0, 0];
      for (let n = 0; n < seconds; n++) {
        bench.slopePpb += 2 * bench.random.normal();
        bench.wait(1).pulse('pps', {}, 100);
        if (n % 64 === 0) bench.exchange('a', { jitterNs: 1 * MS });
        const { offsetNs, sigmaNs } = bench.track('pps');
        square += (offsetNs - bench.offsetNs) ** 2 / seconds;
        normalisedSquare += ((offsetNs - bench.offsetNs) / sigmaNs) ** 2 / seconds;
      }
      return { rmsNs: Math.sqrt(square), normalised: Math.sqrt(normalisedSquare) };
    };
    run(100);
    const calm = run(600);
    expect(calm.rmsNs).to.be.below(100);
    expect(calm.normalised).to.be.within(0.8, 1.25);
    expect(bench.track('pps').noiseNs).to.be.within(70, 130);
    bench.slopePpb += 1000;
    run(20);
    const stepped = run(300);
    expect(stepped.rmsNs).to.be.below(100);
    expect(stepped.normalised).to.be.within(0.7, 1.3);
    expect(bench.track('pps').admitted).to.equal(false);
    bench.estimator.admit('pps', 50);
    expect(bench.errorNs()).to.be.closeTo(0, 300);
    expect(bench.clock().sigmaNs).to.be.below(100);
  });

  it('may have another period and a glitch now and then', () => {
    const bench = known();
    for (let n = 0; n < 100; n++) {
      const glitch = n % 20 === 19 ? 70_000n : 0n;
      const edge = (bench.now / 100_000_000n) * 100_000_000n - BigInt(Math.round(bench.offsetNs)) + glitch;
      bench.pulse('ten', { periodNs: 1e8, edge }, 0);
      bench.wait(1);
    }
    expect(bench.track('ten').offsetNs).to.be.closeTo(bench.offsetNs, 100);
  });
});

describe('readings and rates', () => {
  it('of a coarse serial line have their noise learnt', () => {
    const bench = new Bench();
    for (let n = 0; n < 200; n++) bench.wait(1).reading('gpsd', { noiseNs: 0.1 * MS }, 2 * MS);
    bench.estimator.admit('gpsd', 10e3);
    expect(bench.track('gpsd').noiseNs).to.be.within(1.5 * MS, 2.7 * MS);
    expect(Math.abs(bench.errorNs())).to.be.below(3 * bench.clock().sigmaNs);
    expect(bench.clock().sigmaNs).to.be.below(0.6 * MS);
  });

  it('between two clocks give one the time of the other', () => {
    const bench = known();
    const phc = 'phc:eth0';
    bench.estimator.addClock(phc, bench.now);
    expect(bench.estimator.clock(phc)).to.equal(undefined);
    const ahead = { offsetNs: 37e9, slopePpb: -900 };
    for (let n = 0; n < 100; n++) {
      bench.wait(1).exchange('a');
      ahead.offsetNs += ahead.slopePpb;
      bench.reading('link', { clock: phc, versus: 'system', offsetNs: ahead.offsetNs + 5 * bench.random.normal() });
    }
    bench.estimator.admit('link', 10);
    const found = bench.estimator.clock(phc)!;
    expect(found.offsetNs).to.be.closeTo(ahead.offsetNs + bench.offsetNs, 10e3);
    expect(found.offsetNs - bench.clock().offsetNs).to.be.closeTo(ahead.offsetNs, 20);
    expect(found.slopePpb).to.be.closeTo(bench.slopePpb + ahead.slopePpb, 300);
    expect(found.sigmaNs).to.be.closeTo(bench.clock().sigmaNs, 100);
    bench.estimator.controlPhase(phc, 37e9, bench.now);
    expect(bench.estimator.clock(phc)!.offsetNs).to.be.closeTo(found.offsetNs - 37e9, 1e-3);
    expect(bench.clock().offsetNs).to.be.closeTo(bench.offsetNs, 10e3);
  });

  it('of frequency alone are enough for the slope', () => {
    const bench = new Bench();
    const common = { kind: 'rate', clock: 'system', stamp: 'hardware', noiseFloorNs: 1, noisePpb: 30 } as const;
    for (let n = 0; n < 50; n++) {
      bench.wait(1);
      const frequencyPpb = bench.slopePpb + 30 * bench.random.normal();
      bench.estimator.observe('gptp', { ...common, monotonic: bench.now, frequencyPpb });
    }
    bench.exchange('a');
    bench.estimator.admit('a', 1e3);
    expect(bench.clock().slopePpb).to.be.closeTo(bench.slopePpb, 20);
    expect(bench.track('gptp')).to.equal(undefined);
  });

  it('of an undeclared clock are an error', () => {
    expect(() => new Bench().reading('x', { clock: 'phc:nowhere' }))
      .to.throw()
      .with.property('code', 'TH_CLOCK_UNKNOWN');
  });
});
