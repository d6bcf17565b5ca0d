import { expect } from 'chai';
import { HubTime, type Stamp, type TimeState } from 'timehub/api';
import { StepWatch } from './step-watch.js';
import { TimeBaseWatch } from './time-base-watch.js';

const S = 1_000_000_000n;

describe('a stepped clock', () => {
  const stampAt = (seconds: bigint, offsetNs: bigint): Stamp => ({
    ...{ clock: 'system', by: 'kernel', monotonic: seconds * S, time: seconds * S + offsetNs },
  });

  it('is told from one that is slewed at 500 ppm', () => {
    const watch = new StepWatch();
    expect(watch.take(stampAt(0n, 0n))).to.equal(false);
    expect(watch.take(stampAt(10n, 5_000_000n))).to.equal(false);
    expect(watch.take(stampAt(11n, 9_000_000n))).to.equal(false);
    expect(watch.take(stampAt(12n, 9_000_000n))).to.equal(true);
    expect(watch.take(stampAt(13n, 9_000_000n))).to.equal(false);
  });

  it('is told from stamps whose moment the kernel has noted late', () => {
    const watch = new StepWatch();
    const offsetsNs = [0n, -3_000_000n, 0n, -8_000_000n, -5_000_000n, 0n];
    expect(offsetsNs.map((offsetNs, second) => watch.take(stampAt(BigInt(second), offsetNs)))).to.not.include(true);
  });
});

describe('the time base of a gPTP grandmaster', () => {
  const stateOf = (offsetNs: number, slopePpb: number): TimeState =>
    ({
      clocks: [{ id: 'system', scale: 'utc', reading: S, offsetNs, slopePpb, sigmaNs: 100 }],
      leap: { taiMinusUtc: 37 },
    }) as never;
  const take = (watch: TimeBaseWatch, offsetNs: number, slopePpb = 0) => {
    const state = stateOf(offsetNs, slopePpb);
    return watch.take(HubTime.of(state, 'system', 'tai')!, state);
  };

  it('is another after a jump, and the same while the estimate converges', () => {
    const watch = new TimeBaseWatch();
    expect([0, 4000, 9000].map((offsetNs) => take(watch, offsetNs).indicator)).to.deep.equal([0, 0, 0]);
    expect(take(watch, 1_009_000, -4000)).to.include({
      ...{ indicator: 1, lastPhaseChange: 1_000_000n * 65536n, lastFrequencyChangePpb: -4000 },
    });
    expect(take(watch, 1_009_500).indicator).to.equal(1);
  });
});
