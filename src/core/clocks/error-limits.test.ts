import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import type { TrackEstimate } from '../estimator/types.js';
import { Source, type SourceTrack } from '../tracks/source.js';
import { errorLimits } from './error-limits.js';

const S = 1_000_000_000n;
const TOLERANCE_PPB = 5000;
const ESTIMATE = { offsetNs: 0, sigmaNs: 100, suspectNs: 0 } as TrackEstimate;

/** A reading by a card's clock, heard every `everyS` seconds, the last time at second 1000. */
function heard(everyS: number): SourceTrack {
  const source = new Source('ptp.a');
  const at = (second: number): Observation => ({
    ...{ kind: 'reading', clock: 'phc:eth0', monotonic: BigInt(Math.round(second * 1e9)), stamp: 'hardware' },
    ...{ offsetNs: 0, noiseFloorNs: 10 },
  });
  const track = source.trackOf(at(0));
  for (let second = 0; second <= 1000; second += everyS) {
    track.note(at(second));
    track.cadence.update(at(second).monotonic, 1e12);
  }
  return track;
}

/** Returns by how much the limit of a track has grown at `second` if the clock was heard at `clockHeardS` for the last time. */
function grownNs(track: SourceTrack, second: number, clockHeardS = 1000): number {
  const limitNs = (at: number, heardS: number): number => {
    const context = { tolerancePpb: TOLERANCE_PPB, estimate: () => ESTIMATE, biasNs: () => 0 };
    return errorLimits([track], BigInt(heardS) * S, { ...context, now: BigInt(at) * S })[0]!.errorNs;
  };
  return limitNs(second, clockHeardS) - limitNs(1000, 1000);
}

describe('the limit that a carrier sets to the error of a clock', () => {
  it('grows for eight intervals of the carrier, however short they are', () => {
    expect(grownNs(heard(1), 1007)).to.be.closeTo(5 * TOLERANCE_PPB, 1);
    expect(grownNs(heard(1), 1020)).to.be.closeTo(6 * TOLERANCE_PPB, 1);
    expect(grownNs(heard(0.125), 1020)).to.equal(0);
    expect(grownNs(heard(40), 1320)).to.be.closeTo(318 * TOLERANCE_PPB, 1);
  });

  it('grows while nothing compares the clock with that by which the carrier is measured', () => {
    const track = heard(1);
    expect(grownNs(track, 1000, 997)).to.be.closeTo(TOLERANCE_PPB, 1);
    expect(grownNs(track, 1000, 999)).to.equal(0);
  });
});
