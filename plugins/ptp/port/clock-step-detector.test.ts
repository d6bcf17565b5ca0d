import { expect } from 'chai';
import type { Stamp } from 'timehub/api';
import { ClockStepDetector } from './clock-step-detector.js';

const S = 1_000_000_000n;

describe('a stepped clock', () => {
  const stampAt = (seconds: bigint, offsetNs: bigint): Stamp => ({
    ...{ clock: 'system', by: 'kernel', monotonic: seconds * S, time: seconds * S + offsetNs },
  });

  it('is distinguished from one that is slewed at 500 ppm', () => {
    const watch = new ClockStepDetector();
    expect(watch.check(stampAt(0n, 0n))).to.equal(false);
    expect(watch.check(stampAt(10n, 5_000_000n))).to.equal(false);
    expect(watch.check(stampAt(11n, 9_000_000n))).to.equal(false);
    expect(watch.check(stampAt(12n, 9_000_000n))).to.equal(true);
    expect(watch.check(stampAt(13n, 9_000_000n))).to.equal(false);
  });

  it('is distinguished from stamps whose monotonic time is late', () => {
    const watch = new ClockStepDetector();
    const offsetsNs = [0n, -3_000_000n, 0n, -8_000_000n, -5_000_000n, 0n];
    expect(offsetsNs.map((offsetNs, second) => watch.check(stampAt(BigInt(second), offsetNs)))).to.not.include(true);
  });
});
