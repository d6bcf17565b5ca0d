import { expect } from 'chai';
import type { ErrorRecord as Truth } from './error-record.js';
import { type ScoreOptions, score } from './score.js';

/** A run whose error at second k is `error(k)`, stated with sigma 100 ns, bound 1 µs and, from second 3 on, majority bound 1.4 µs. */
function truth(seconds: number, error: (second: number) => number, steps: readonly number[] = []): Truth {
  const errorNs = Float64Array.from({ length: seconds }, (_, i) => error(i + 1));
  const constant = (value: number) => new Float64Array(seconds).fill(value);
  const majorityBoundNs = constant(1400).fill(Number.POSITIVE_INFINITY, 0, 2);
  return {
    ...{ seconds, errorNs, surpriseNs: errorNs, sigmaNs: constant(100), boundNs: constant(1000), majorityBoundNs },
    ...{ modes: [], steps },
  };
}

const quiet: ScoreOptions = {
  steadyFromNs: 0,
  eventNs: Number.POSITIVE_INFINITY,
  recoveryNs: undefined,
  within: [],
  probesNs: [],
};

describe('the score of a run', () => {
  it('takes RMS and maximum over the steady part', () => {
    const result = score(
      truth(1000, (k) => (k < 500 ? 1e6 : k % 2 === 0 ? 30 : -40)),
      { ...quiet, steadyFromNs: 500e9 },
    );
    expect(result.rmsNs).to.be.closeTo(Math.sqrt((30 ** 2 + 40 ** 2) / 2), 0.1);
    expect(result.maxNs).to.equal(40);
    expect(result.steadyS).to.equal(501);
    expect(result.rmsFrequencyPpb).to.equal(70);
  });

  it('finds the first second of the first five minutes within a limit', () => {
    const error = (k: number): number => (k < 20 || k === 100 ? 2e6 : 500e3);
    const result = score(truth(1000, error), { ...quiet, within: ['600us'] });
    expect(result.withinS).to.deep.equal({ '1ms': 101, '100us': null, '10us': null, '600us': 101 });
  });

  it('measures peak and recovery from the event on', () => {
    const error = (k: number): number => (k < 600 ? 10 : k < 620 ? 0 : k < 700 ? 500 : 20);
    const result = score(truth(2000, error), { ...quiet, eventNs: 600e9 });
    expect(result).to.include({ peakNs: 500, recoveryS: 100 });
    expect(score(truth(2000, error), { ...quiet, eventNs: 600e9, recoveryNs: 501 }).recoveryS).to.equal(0);
    expect(score(truth(900, error), { ...quiet, eventNs: 600e9 }).recoveryS).to.equal(null);
  });

  it('compares the truth with the statements of the hub', () => {
    const result = score(
      truth(1000, (k) => (k === 7 ? 1500 : 200)),
      quiet,
    );
    expect(result).to.include({ boundViolations: 1, majorityBoundViolations: 1 });
    expect(result.normalisedErrorRms).to.be.closeTo(Math.sqrt((999 * 4 + 225) / 1000), 1e-9);
  });

  it('counts as outside the majority bound only seconds in which there is one', () => {
    const result = score(
      truth(1000, (k) => (k < 5 ? 1e6 : k < 9 ? 1200 : 0)),
      quiet,
    );
    expect(result).to.include({ boundViolations: 8, majorityBoundViolations: 2, endMajorityBoundNs: 1400 });
  });

  it('tells the mean error from what is around it', () => {
    const result = score(
      truth(1000, (k) => (k < 500 ? 1e6 : k % 2 === 0 ? 230 : 170)),
      { ...quiet, steadyFromNs: 501e9 },
    );
    expect(result.meanNs).to.be.closeTo(200, 1e-9);
    expect(result.centredNs).to.be.closeTo(30, 1e-9);
    expect(result.centredNormalised).to.be.closeTo(0.3, 1e-9);
  });

  it('reads the error at the probes, and does not count a step as a rate', () => {
    const result = score(
      truth(100, (k) => (k < 50 ? 5000 : 0), [50]),
      { ...quiet, probesNs: [49e9, 50e9] },
    );
    expect(result.probesNs).to.deep.equal([5000, 0]);
    expect(result).to.include({ rmsFrequencyPpb: 0, steps: 1 });
  });
});
