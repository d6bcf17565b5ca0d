import { expect } from 'chai';
import type { Leg, Reading, Stamp, TimeState } from 'timehub/api';
import { HubTime } from './hub-time.js';
import { JumpWatch } from './jump-watch.js';
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
    expect(watch.take(stampAt(11n, 7_000_000n))).to.equal(true);
    expect(watch.take(stampAt(12n, 7_000_000n))).to.equal(false);
  });
});

describe('a jump of the timeTransmitter’s time', () => {
  const observed = { clock: 'system', stamp: 'kernel', noiseFloorNs: 500 } as const;
  const leg = (monotonic: bigint, transitNs: number, direction: Leg['direction'] = 'inbound'): Leg => ({
    ...{ kind: 'leg', ...observed, monotonic, transitNs, direction },
  });
  const reading = (monotonic: bigint, offsetNs: number): Reading => ({
    ...{ kind: 'reading', ...observed, monotonic, offsetNs },
  });

  it('shows in its Syncs, not in delays, jitter or the other direction', () => {
    const watch = new JumpWatch();
    const jumps = [leg(0n, 1000), leg(S, 90e3), leg(S, 5e9, 'outbound'), leg(2n * S, 200e3), leg(3n * S, -2e6)];
    expect(jumps.map((each) => watch.take(each))).to.deep.equal([undefined, undefined, undefined, undefined, 2.2e6]);
  });

  it('shows in readings, and means nothing across another timeTransmitter', () => {
    const watch = new JumpWatch();
    expect(watch.take(reading(0n, 0))).to.equal(undefined);
    expect(watch.take(reading(S, -3e6))).to.equal(-3e6);
    watch.clear();
    expect(watch.take(reading(2n * S, 9e9))).to.equal(undefined);
  });
});

describe('the time base of a gPTP grandmaster', () => {
  const stateOf = (offsetNs: number): TimeState =>
    ({
      clocks: [{ id: 'system', reading: S, offsetNs, slopePpb: 0, sigmaNs: 100 }],
      leap: { taiMinusUtc: 37 },
    }) as never;
  const take = (watch: TimeBaseWatch, offsetNs: number) => {
    const state = stateOf(offsetNs);
    return watch.take(HubTime.of(state, 'system', 'tai')!, state);
  };

  it('is another after a jump, and the same while the estimate converges', () => {
    const watch = new TimeBaseWatch();
    expect([0, 4000, 9000].map((offsetNs) => take(watch, offsetNs).indicator)).to.deep.equal([0, 0, 0]);
    expect(take(watch, 1_009_000)).to.include({ indicator: 1, lastPhaseChange: 1_000_000n * 65536n });
    expect(take(watch, 1_009_500).indicator).to.equal(1);
  });
});
