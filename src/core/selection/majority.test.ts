import { expect } from 'chai';
import { Source } from '../tracks/source.js';
import type { Candidate } from './candidate.js';
import { majorityOf } from './majority.js';
import { intervalOf, touches } from './vote.js';

const candidate = (id: string, centreNs: number, wasOutvoted = false): Candidate => {
  const observation = { kind: 'reading', clock: 'system', monotonic: 1n, stamp: 'kernel', noiseFloorNs: 1 } as const;
  const track = new Source(id).trackOf({ ...observation, offsetNs: 0 });
  if (wasOutvoted) track.admission.rule({ agrees: false, alone: false }, 1);
  return { centreNs, halfNs: 10, group: id, incumbent: true, track, estimate: undefined! };
};
const own = (testifies: boolean) => ({ centreNs: 0, halfNs: 10, testifies });
const isAt = (candidates: readonly Candidate[], testifies: boolean): number | undefined => {
  const found = majorityOf(candidates, own(testifies));
  if (found === undefined) return undefined;
  return [0, 80].find((centreNs) => touches({ centreNs, halfNs: 1 }, intervalOf(found)));
};

describe("majority beside the hub's time so far", () => {
  const pair = [candidate('x', 0), candidate('y', 1)];

  it('is not hindered by that time while the sources that made it still agree', () => {
    const honest = [candidate('a', 80), candidate('b', 80), candidate('c', 80)];
    expect(isAt([...pair, ...honest], false)).to.equal(80);
  });

  it('breaks a tie by it, even if it only repeats its sources', () => {
    expect(isAt([...pair, candidate('a', 80), candidate('b', 80)], false)).to.equal(0);
  });

  it('counts it for sources that are silent or disagree now', () => {
    expect(isAt([candidate('a', 0), candidate('x', 80), candidate('y', 80)], true)).to.equal(undefined);
    expect(isAt([...pair, candidate('a', 80), candidate('b', 80)], true)).to.equal(0);
  });

  it('does not follow the last source against it', () => {
    expect(isAt([candidate('liar', 80)], true)).to.equal(undefined);
    expect(isAt([candidate('liar', 80, true)], true)).to.equal(0);
  });
});
