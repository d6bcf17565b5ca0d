import { expect } from 'chai';
import { TrackAdmission } from './admission.js';

const SIGMA_NS = 100;

/** An admission whose track sends one update before each ruling. Rulings return whether it is admitted afterwards. */
class Judged {
  readonly admission = new TrackAdmission();
  updates = 0;

  rule(agrees: boolean, alone = false): boolean {
    this.updates++;
    return this.ruleAgain(agrees, alone);
  }

  /** Rules without another update. */
  ruleAgain(agrees: boolean, alone = false): boolean {
    const isAdmitted = this.admission.rule({ agrees, alone }, this.updates);
    this.admission.record(isAdmitted ? SIGMA_NS : undefined);
    return isAdmitted;
  }

  ruleAll(rulings: readonly boolean[], alone = false): boolean[] {
    return rulings.map((agrees) => this.rule(agrees, alone));
  }
}

const repeat = (agrees: boolean, times: number): boolean[] => Array<boolean>(times).fill(agrees);

describe('admission', () => {
  it('begins at once for a new track that agrees', () => {
    expect(new Judged().rule(true)).to.equal(true);
  });

  it('survives a single disagreement and ends with the second in a row', () => {
    expect(new Judged().ruleAll([true, false, true, false, false])).to.deep.equal([true, true, true, true, false]);
  });

  it("counts each of the track's own updates once", () => {
    const track = new Judged();
    track.rule(true);
    for (let i = 0; i < 10; i++) expect(track.ruleAgain(false)).to.equal(true);
  });

  it('is granted again after four agreements, then eight, then sixteen', () => {
    const track = new Judged();
    track.rule(true);
    for (const updates of [4, 8, 16]) {
      track.ruleAll(repeat(false, 2));
      expect(track.ruleAll(repeat(true, updates)), `${updates}`).to.deep.equal([...repeat(false, updates - 1), true]);
    }
  });

  it('takes four agreements for a new track that disagreed at first', () => {
    expect(new Judged().ruleAll([false, true, true, true, true])).to.deep.equal([false, false, false, false, true]);
  });

  it('takes 64 agreements for a track that was outvoted and is alone', () => {
    const track = new Judged();
    track.rule(false);
    expect(track.ruleAll(repeat(true, 64), true)).to.deep.equal([...repeat(false, 63), true]);
  });

  it('describes the probation', () => {
    const track = new Judged();
    track.ruleAll([false, true, true]);
    expect(track.admission.describeProbation({ agrees: true, alone: false })).to.equal(
      'is on probation after it disagreed: it has agreed in 2 of 4 observations',
    );
  });

  it('is renewed only when its sigma has changed by half', () => {
    const { admission } = new Judged();
    expect(admission.differsFrom(undefined)).to.equal(false);
    expect(admission.differsFrom(100)).to.equal(true);
    admission.record(100);
    expect([140, 151, 70, 66, undefined].map((sigmaNs) => admission.differsFrom(sigmaNs))).to.deep.equal([
      ...[false, true, false, true, true],
    ]);
  });
});
