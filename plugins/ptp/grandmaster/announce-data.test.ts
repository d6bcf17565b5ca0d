import { expect } from 'chai';
import { HubTime, type PtpView, type TimeState } from 'timehub/api';
import { type AnnounceOptions, announceDataOf } from './announce-data.js';
import { AnnounceHysteresis } from './announce-hysteresis.js';
import { LocalTime } from './local-time.js';

const OPTIONS: AnnounceOptions = {
  ...{ identity: '00112233fffe4455', priority1: 100, priority2: 101, degradedClass: 52, boundary: 'pass-on' },
  timescale: 'tai',
  grandmasterId: 7,
};
const LOCKED: PtpView = {
  ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d, timeSource: 0x20 },
  ...{ timeTraceable: true, frequencyTraceable: true },
};

function stateOf(ptp: Partial<PtpView> = {}, leap: Partial<TimeState['leap']> = {}): TimeState {
  return {
    ...{ mode: 'tracking', reason: '', modeSince: 0n, monotonic: 0n, sources: [] },
    clocks: [
      {
        ...{
          id: 'system',
          scale: 'utc',
          reading: 1_000_000_000_000n,
          monotonic: 0n,
          offsetNs: 250,
          sigmaNs: 10,
          boundNs: 100,
        },
        ...{ boundGrowthPpb: 0, slopePpb: 2000, frequencyPpb: 0, frequencySigmaPpb: 1, steered: false },
      },
    ],
    leap: { pending: 'none', taiMinusUtc: 37, taiKnown: true, ...leap },
    ntp: { stratum: 1, refid: 'GPS', leap: 'none', rootDelayNs: 0, rootDispersionNs: 0, referenceTime: 0n },
    ptp: { ...LOCKED, ...ptp },
  };
}

describe('the data that a grandmaster announces', () => {
  it('are the quality of the hub', () => {
    expect(announceDataOf(stateOf(), OPTIONS)).to.deep.include({
      ...{ priority1: 100, priority2: 101, grandmaster: OPTIONS.identity, stepsRemoved: 0, timeSource: 0x20 },
      quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d },
      currentUtcOffset: 37,
    });
  });

  it('mark the UTC offset as valid only once it is known, and leap seconds by their flags', () => {
    const flagsOf = (leap: Partial<TimeState['leap']>) => announceDataOf(stateOf({}, leap), OPTIONS).flags;
    expect(flagsOf({})).to.include({ ptpTimescale: true, currentUtcOffsetValid: true, leap61: false, leap59: false });
    expect(flagsOf({ pending: 'insert' })).to.include({ leap61: true, leap59: false });
    expect(flagsOf({ pending: 'delete' })).to.include({ leap61: false, leap59: true });
    expect(flagsOf({ taiKnown: false, pending: 'insert' })).to.include({ currentUtcOffsetValid: false, leap61: false });
  });

  it('are not on the PTP timescale if UTC is sent', () => {
    const { flags } = announceDataOf(stateOf(), { ...OPTIONS, timescale: 'utc' });
    expect(flags).to.include({ ptpTimescale: false, currentUtcOffsetValid: false });
  });

  it('have class 187 instead of 52 if configured', () => {
    const degraded = stateOf({ clockClass: 52 });
    expect(announceDataOf(degraded, OPTIONS).quality.clockClass).to.equal(52);
    expect(announceDataOf(degraded, { ...OPTIONS, degradedClass: 187 }).quality.clockClass).to.equal(187);
  });

  it('are those of the followed grandmaster, one step further, unless `boundary` is off or it is this clock', () => {
    const grandmaster = {
      ...{ identity: 'aabbccfffeddeeff', priority1: 1, clockClass: 7, clockAccuracy: 0x22, priority2: 2 },
      ...{ offsetScaledLogVariance: 5, timeSource: 0x20, timeTraceable: true, frequencyTraceable: false },
      ...{ stepsRemoved: 3, path: ['aabbccfffeddeeff'] },
    };
    const state = stateOf({ grandmaster });
    expect(announceDataOf(state, OPTIONS)).to.deep.include({
      ...{ grandmaster: 'aabbccfffeddeeff', stepsRemoved: 4, priority1: 1, priority2: 2, path: ['aabbccfffeddeeff'] },
      quality: { clockClass: 7, accuracy: 0x22, variance: 5 },
    });
    expect(announceDataOf(state, { ...OPTIONS, boundary: 'own' }).stepsRemoved).to.equal(0);
    expect(announceDataOf(state, { ...OPTIONS, identity: 'aabbccfffeddeeff' }).stepsRemoved).to.equal(0);
  });

  it('contain the bound for the power profile, and local time if configured', () => {
    const state = stateOf();
    expect(announceDataOf(state, OPTIONS)).to.deep.include({
      power: { grandmasterId: 7, inaccuracyNs: 100 },
      tlvs: [],
    });
    const [tlv] = announceDataOf(state, { ...OPTIONS, localTime: new LocalTime('Asia/Kolkata') }).tlvs!;
    expect(tlv).to.deep.include({ kind: 'alternate-time-offset', offsetS: 19_800 - 37 });
  });

  it('become worse at once, and better after a time', () => {
    const reluctance = new AnnounceHysteresis(10e9);
    const classAt = (seconds: number, clockClass: number) =>
      reluctance.apply(announceDataOf(stateOf({ clockClass }), OPTIONS), BigInt(seconds) * 1_000_000_000n).quality
        .clockClass;
    expect([classAt(0, 248), classAt(1, 6), classAt(10, 6), classAt(11, 6)]).to.deep.equal([248, 248, 248, 6]);
    expect([classAt(12, 7), classAt(13, 6), classAt(14, 52), classAt(15, 6)]).to.deep.equal([7, 7, 52, 52]);
    expect([classAt(24, 6), classAt(25, 6)]).to.deep.equal([52, 6]);
  });
});

describe('the time that a grandmaster sends', () => {
  it('is the stamp, corrected by offset and slope, in TAI', () => {
    const stamp = { clock: 'system', time: 1_001_000_000_000n, monotonic: 0n, by: 'kernel' } as const;
    const timeOf = (scale: 'tai' | 'utc') => HubTime.of(stateOf(), 'system', scale)!.timeOf(stamp);
    expect(timeOf('tai')).to.equal(1_001_000_000_000n + 37_000_000_000n + 250n + 2000n);
    expect(timeOf('utc')).to.equal(1_001_000_000_000n + 250n + 2000n);
  });

  it('does not exist for a clock that the hub does not know', () => {
    expect(HubTime.of(stateOf(), 'phc:ptp0', 'tai')).to.equal(undefined);
  });
});
