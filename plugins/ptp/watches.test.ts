import { expect } from 'chai';
import type { Leg, Reading, Stamp, TimeState } from 'timehub/api';
import { HubTime } from 'timehub/protocol/ptp';
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

describe('a jump of the timeTransmitter’s time', () => {
  const observed = { clock: 'system', stamp: 'kernel', noiseFloorNs: 500 } as const;
  const leg = (monotonic: bigint, transitNs: number, direction: Leg['direction'] = 'inbound'): Leg => ({
    ...{ kind: 'leg', ...observed, monotonic, transitNs, direction },
  });
  const reading = (monotonic: bigint, offsetNs: number): Reading => ({
    ...{ kind: 'reading', ...observed, monotonic, offsetNs },
  });

  const jumpsOf = (watch: JumpWatch, observations: readonly (Leg | Reading)[]) =>
    observations.map((each) => watch.take(each)).map(({ observations: passed, jumpNs }) => [passed.length, jumpNs]);

  it('shows in both directions alike', () => {
    const steady = [leg(0n, 1000), leg(0n, 1000, 'outbound'), leg(S, 15e3), leg(S, -9e3, 'outbound')];
    const after = [leg(2n * S, -2e6), leg(2n * S, 2e6, 'outbound'), leg(3n * S, -2e6)];
    expect(jumpsOf(new JumpWatch(), [...steady, ...after])).to.deep.equal([
      ...[
        [1, undefined],
        [1, undefined],
        [1, undefined],
        [1, undefined],
      ],
      ...[
        [0, undefined],
        [2, 2.009e6],
        [1, undefined],
      ],
    ]);
  });

  it('is not a queue in one direction, however long', () => {
    const watch = new JumpWatch();
    const queued = [leg(S, 3e6), leg(2n * S, 3e6), leg(2n * S, 900, 'outbound'), leg(3n * S, 1000)];
    expect(jumpsOf(watch, [leg(0n, 1000), leg(0n, 1000, 'outbound'), ...queued])).to.deep.equal([
      ...[
        [1, undefined],
        [1, undefined],
      ],
      ...[
        [0, undefined],
        [0, undefined],
        [3, undefined],
        [1, undefined],
      ],
    ]);
  });

  it('is not the unsteadiness of a network that never says the same twice', () => {
    const watch = new JumpWatch();
    watch.take(leg(0n, 0));
    const passed = Array.from({ length: 12 }, (_, i) => watch.take(leg(BigInt(i + 1) * S, (i + 2) * 1e6)));
    expect(passed.every(({ jumpNs }) => jumpNs === undefined)).to.equal(true);
    expect(passed.at(-1)!.observations).to.have.lengthOf(12);
  });

  it('shows in three comparisons that agree, and means nothing across another timeTransmitter', () => {
    const watch = new JumpWatch();
    const after = [reading(S, -3e6), reading(2n * S, -3e6), reading(3n * S, -3e6)];
    expect(jumpsOf(watch, [reading(0n, 0), ...after]).at(-1)).to.deep.equal([3, -3e6]);
    watch.clear();
    expect(jumpsOf(watch, [reading(2n * S, 9e9)])).to.deep.equal([[1, undefined]]);
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
