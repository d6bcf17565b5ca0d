import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { scaleDifferenceNs, shiftReference } from './timescale.js';

const common = { clock: 'system', monotonic: 1n, stamp: 'kernel', noiseFloorNs: 1 } as const;

describe('timescales', () => {
  it('differ by the given TAI − UTC and by the constant of GPS time', () => {
    expect(scaleDifferenceNs('utc', 'tai', 37)).to.equal(-37e9);
    expect(scaleDifferenceNs('tai', 'utc', 36)).to.equal(36e9);
    expect(scaleDifferenceNs('utc', 'gps', 37)).to.equal(-18e9);
    expect(scaleDifferenceNs('tai', 'gps', 37)).to.equal(19e9);
  });

  it('shift each kind of observation by the same offset', () => {
    const leg = { ...common, kind: 'leg', transitNs: 5 } as const;
    expect(shiftReference({ ...leg, direction: 'outbound' }, 100).transitNs).to.equal(105);
    expect(shiftReference({ ...leg, direction: 'inbound' }, 100).transitNs).to.equal(-95);
    expect(shiftReference({ ...common, kind: 'reading', offsetNs: 5 }, 100).offsetNs).to.equal(105);
    const pulse = { ...common, kind: 'pulse', edge: 1000n, periodNs: 1e9, numberedOffsetNs: 5 } as const;
    expect(shiftReference(pulse, 100)).to.include({ edge: 900n, numberedOffsetNs: 105 });
    const rate: Observation = { ...common, kind: 'rate', frequencyPpb: 1, noisePpb: 1 };
    expect(shiftReference(rate, 100)).to.equal(rate);
  });
});
