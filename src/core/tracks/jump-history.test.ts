import { expect } from 'chai';
import type { TrackEstimate } from '../estimator/types.js';
import { JumpHistory } from './jump-history.js';

const estimate = (jumps: number, jumpNs?: number) => ({ jumps, jumpNs }) as TrackEstimate;

describe('jump history', () => {
  it('has no news while the estimator counts no jump', () => {
    expect(new JumpHistory().noteJumps(estimate(0), 1n)).to.equal(undefined);
  });

  it('has news of a jump, and again when its size is known', () => {
    const history = new JumpHistory();
    expect(history.noteJumps(estimate(1), 1n)).to.deep.equal({ isNew: true, foundNs: undefined });
    expect(history.noteJumps(estimate(1), 2n)).to.equal(undefined);
    expect(history.noteJumps(estimate(1, 5e6), 3n)).to.deep.equal({ isNew: false, foundNs: 5e6 });
    expect(history.noteJumps(estimate(1, 5e6), 4n)).to.equal(undefined);
    expect(history.last).to.deep.equal({ jumpNs: 5e6, at: 3n });
  });

  it('notes each restart of the estimator once', () => {
    const history = new JumpHistory();
    expect([0, 1, 1, 2].map((restarts) => history.noteRestarts(restarts))).to.deep.equal([false, true, false, true]);
  });
});
