import { expect } from 'chai';
import { HubTime, type TimeState } from 'timehub/api';
import { TimeBaseIndicator } from './time-base-indicator.js';

const S = 1_000_000_000n;

describe('the time base of a gPTP grandmaster', () => {
  const stateOf = (offsetNs: number, slopePpb: number): TimeState =>
    ({
      clocks: [{ id: 'system', scale: 'utc', reading: S, offsetNs, slopePpb, sigmaNs: 100 }],
      leap: { taiMinusUtc: 37 },
    }) as never;
  const take = (watch: TimeBaseIndicator, offsetNs: number, slopePpb = 0) => {
    const state = stateOf(offsetNs, slopePpb);
    return watch.update(HubTime.of(state, 'system', 'tai')!, state);
  };

  it('changes with a jump, and not while the estimate converges', () => {
    const watch = new TimeBaseIndicator();
    expect([0, 4000, 9000].map((offsetNs) => take(watch, offsetNs).indicator)).to.deep.equal([0, 0, 0]);
    expect(take(watch, 1_009_000, -4000)).to.include({
      ...{ indicator: 1, lastPhaseChange: 1_000_000n * 65536n, lastFrequencyChangePpb: -4000 },
    });
    expect(take(watch, 1_009_500).indicator).to.equal(1);
  });
});
