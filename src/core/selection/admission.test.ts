import { expect } from 'chai';
import type { Observation } from '../../api/index.js';
import { createSource, heard, note, type SourceTrack, trackOf } from '../tracks/source.js';
import { admit, comeBack, release, restart, stands } from './admission.js';

const observation: Observation = {
  kind: 'reading',
  clock: 'system',
  monotonic: 1n,
  stamp: 'kernel',
  noiseFloorNs: 1,
  offsetNs: 0,
};
const newTrack = (id = 'ntp.a'): SourceTrack => trackOf(createSource(id), observation);
/** Lets it speak and be judged; answers how it stands after each. */
const judge = (track: SourceTrack, rulings: readonly boolean[], alone = false): boolean[] =>
  rulings.map((member) => {
    note(track, observation);
    heard(track, BigInt(track.updates + 1) * 1_000_000_000n);
    const standing = stands(track, { member, alone });
    if (standing) admit(track, 100);
    else release(track);
    return standing;
  });
const repeat = (member: boolean, times: number): boolean[] => Array<boolean>(times).fill(member);

describe('tenure', () => {
  it('begins at once for a newcomer that agrees', () => {
    expect(judge(newTrack(), [true])).to.deep.equal([true]);
  });

  it('survives a single disagreement and ends with the second in a row', () => {
    expect(judge(newTrack(), [true, false, true, false, false])).to.deep.equal([true, true, true, true, false]);
  });

  it('counts only what the track itself has said in the meantime', () => {
    const track = newTrack();
    judge(track, [true]);
    for (let i = 0; i < 10; i++) expect(stands(track, { member: false, alone: false })).to.equal(true);
  });

  it('comes back after four agreements, then eight, then sixteen', () => {
    const track = newTrack();
    judge(track, [true]);
    for (const wait of [4, 8, 16]) {
      judge(track, [false, false]);
      expect(judge(track, repeat(true, wait)), `${wait}`).to.deep.equal([...repeat(false, wait - 1), true]);
    }
  });

  it('makes a newcomer that disagreed at first wait too', () => {
    expect(judge(newTrack(), [false, true, true, true, true])).to.deep.equal([false, false, false, false, true]);
  });

  it('is not given to the disproved alone before long', () => {
    const track = newTrack();
    judge(track, [false]);
    expect(judge(track, repeat(true, 64), true)).to.deep.equal([...repeat(false, 63), true]);
  });

  it('renews an assertion only when it has changed by half', () => {
    const track = newTrack();
    expect(admit(track, 100).length).to.equal(1);
    expect(admit(track, 140).length).to.equal(0);
    expect(admit(track, 151).length).to.equal(1);
    expect(admit(track, 100).length).to.equal(1);
    expect(release(track).map(({ biasSigmaNs }) => biasSigmaNs)).to.deep.equal([undefined]);
    expect(release(track)).to.deep.equal([]);
  });

  it('is kept through a silence by the only one that carried the estimate, not by one of several', () => {
    const source = createSource('ntp.a');
    const track = trackOf(source, observation);
    judge(track, [true]);
    track.lost = true;
    expect(comeBack(track, [source])).to.deep.equal([]);
    expect(track.admittedNs).to.equal(100);
    const other = createSource('ntp.b');
    judge(trackOf(other, observation), [true]);
    track.lost = true;
    expect(comeBack(track, [source, other]).length).to.equal(1);
    expect(track).to.include({ admittedNs: undefined, updates: 0 });
  });

  it('has to be earned again after a new beginning, unless nobody else carries the estimate', () => {
    const source = createSource('ntp.a');
    const track = trackOf(source, observation);
    judge(track, [true]);
    expect(restart(track, 0, [source])).to.deep.equal([]);
    expect(restart(track, 1, [source])).to.deep.equal([]);
    expect(track.admittedNs).to.equal(100);
    const other = createSource('ntp.b');
    judge(trackOf(other, observation), [true]);
    expect(restart(track, 1, [source, other])).to.deep.equal([]);
    expect(restart(track, 2, [source, other])).to.deep.equal([{ track, biasSigmaNs: undefined }]);
    expect(track).to.include({ admittedNs: undefined, updates: 0 });
    expect(judge(track, repeat(true, 4))).to.deep.equal([...repeat(false, 3), true]);
  });
});
