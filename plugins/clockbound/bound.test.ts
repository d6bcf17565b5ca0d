import { expect } from 'chai';
import type { ClockState, TimeState } from 'timehub/api';
import { createLabHost, timeStateOf } from 'timehub/testing';
import { boundOf } from './bound.js';

const UPTIME = 100_000_000_000n;

/** The state of a hub that knows the clock's offset to ±100 ns, and a moment `laterS` after it. */
function scene(over: Partial<ClockState> = {}, state: Partial<TimeState> = {}, laterS = 0) {
  const host = createLabHost();
  const known = timeStateOf(host);
  const [clock] = known.clocks;
  const later = BigInt(laterS) * 1_000_000_000n;
  const system = host.clock('system').read();
  return {
    state: { ...known, clocks: [{ ...clock!, steered: true, ...over }], ...state },
    now: { system: { ...system, monotonic: system.monotonic + later }, uptime: UPTIME + later },
  };
}

const bound = ({ state, now }: ReturnType<typeof scene>, driftPpb = 5000) => boundOf(state, now, driftPpb);

describe('the bound for clients of ClockBound', () => {
  it('contains the known offset, because clients read the clock as it is', () => {
    const { boundNs, status } = bound(scene({ offsetNs: -2500, boundNs: 100 }));
    expect(boundNs).to.equal(2600);
    expect(status).to.equal('synchronised');
  });

  it('is of one tick before the present, for clients whose clock is that coarse, and valid for 1000 s', () => {
    const { asOf, voidAfter } = bound(scene());
    expect(asOf).to.equal(UPTIME - 10_000_000n);
    expect(voidAfter - asOf).to.equal(1_000_000_000_000n);
  });

  it('grows with the age of the state, and then by slope, growth and max-drift', () => {
    const { boundNs, maxDriftPpb } = bound(scene({ offsetNs: 1000, slopePpb: -50, boundGrowthPpb: 7 }, {}, 4));
    expect(boundNs).to.equal(1000 - 200 + 100 + 28);
    expect(maxDriftPpb).to.equal(50 + 7 + 5000);
  });

  it('is the one that the hub promises', () => {
    const majority = { majorityBoundNs: 900, majorityBoundGrowthPpb: 3 };
    expect(bound(scene({ offsetNs: 0, ...majority })).boundNs).to.equal(100);
    expect(bound(scene({ offsetNs: 0, ...majority }, { promise: 'majority' })).boundNs).to.equal(900);
    expect(bound(scene({ offsetNs: 0 }, { promise: 'majority' })).status).to.equal('unknown');
  });

  it('has the status of the hub', () => {
    const statusIn = (mode: TimeState['mode'], steered = true) => bound(scene({ steered }, { mode })).status;
    expect(statusIn('converging')).to.equal('synchronised');
    expect(statusIn('tracking', false)).to.equal('free running');
    expect(statusIn('holdover')).to.equal('free running');
    expect(statusIn('unsynchronised')).to.equal('unknown');
  });

  it('is infinite while nothing is known', () => {
    expect(bound(scene({ offsetNs: Number.NaN, boundNs: Number.POSITIVE_INFINITY }))).to.include({
      ...{ boundNs: Number.POSITIVE_INFINITY, status: 'unknown' },
    });
    const { state, now } = scene();
    expect(boundOf({ ...state, clocks: [] }, now, 1).status).to.equal('unknown');
  });
});
