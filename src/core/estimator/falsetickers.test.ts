import { expect } from 'chai';
import { row, shortened } from './testing/scenarios.js';
import { type FilterServer, simulate } from './testing/simulator.js';

const { scenario } = row('C 64 s');
const [server] = scenario.servers;
const { biasSigmaNs: _, ...liar } = server!;

/** Three true servers, and one that is never admitted. */
const beside = (lie: Partial<FilterServer>) =>
  simulate({ ...shortened(row('C 64 s'), 30_000), servers: [server!, server!, server!, { ...liar, ...lie }] }, 2);

describe('a false source that is not admitted', () => {
  const limitNs = 45e3;

  it('may be 50 ms off', () => {
    expect(beside({ offsetNs: () => 50e6 }).rmsNs).to.be.below(limitNs);
  });

  it('may drift by 100 ppm without teaching the clock its frequency', () => {
    expect(beside({ offsetNs: (second) => 1e5 * second }).rmsNs).to.be.below(limitNs);
  });

  it('may jump', () => {
    const { rmsNs, maxNs } = beside({ offsetNs: (second) => (second > 15_000 ? 7e6 : 0) });
    expect(rmsNs).to.be.below(limitNs);
    expect(maxNs).to.be.below(300e3);
  });
});

describe('an admitted source that turns false', () => {
  it('restarts after a jump, and disturbs the others by no more than its share until it is withdrawn', () => {
    const servers = [
      server!,
      server!,
      server!,
      { ...server!, offsetNs: (second: number) => (second > 15_000 ? 50e6 : 0) },
    ];
    const { estimator } = simulate({ ...shortened(row('C 64 s'), 20_000), servers }, 2);
    const truth = ['s0', 's1', 's2'].map((key) => estimator.track(key)!.offsetNs);
    expect(estimator.track('s3')!.offsetNs - truth[0]!).to.be.closeTo(50e6, 0.5e6);
    estimator.withdraw('s3');
    const mean = (truth[0]! + truth[1]! + truth[2]!) / 3;
    expect(estimator.clock('system')!.offsetNs).to.be.closeTo(mean, 0.1e6);
  });
});

describe('queues and losses', () => {
  it('a good path stays good although one packet in ten is 20 ms late', () => {
    const spike = { probability: 0.1, meanNs: 20e6 };
    const { rmsNs } = simulate({ ...shortened(row('B-exp 64 s'), 40_000), servers: [{ ...server!, spike }] }, 1);
    expect(rmsNs).to.be.below(80e3);
  });

  it('two hours of silence end within three sigmas of the truth, and the filter goes on', () => {
    const lost = (second: number) => second > 20_000 && second < 27_200;
    const silent = { ...shortened(row('A-exp 16 s'), 28_000), steadyFromS: 27_400 };
    const servers = silent.servers.map((one) => ({ ...one, lost }));
    const { rmsNs, normalised } = simulate({ ...silent, servers }, 1);
    expect(rmsNs).to.be.below(3e3);
    expect(normalised).to.be.below(2);
  });
});
