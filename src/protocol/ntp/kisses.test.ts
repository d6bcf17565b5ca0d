import { expect } from 'chai';
import { Kisses } from './kisses.js';

describe('kisses of death', () => {
  it('RATE doubles the shortest interval until a restart, and again when it comes again (D10)', () => {
    const kisses = new Kisses();
    kisses.take('RATE', 64e9);
    expect(kisses.minIntervalNs).to.equal(128e9);
    kisses.answered();
    kisses.take('RATE', 32e9);
    expect(kisses.minIntervalNs).to.equal(128e9);
    kisses.take('RATE', 128e9);
    expect(kisses.minIntervalNs).to.equal(256e9);
  });

  it('RATE stops at 36 hours', () => {
    const kisses = new Kisses();
    for (let i = 0; i < 100; i++) kisses.take('RATE', Math.max(64e9, kisses.minIntervalNs));
    expect(kisses.minIntervalNs).to.equal(2 ** 17 * 1e9);
  });

  it('DENY stops the association when no time follows; a single one does not (D11)', () => {
    const kisses = new Kisses();
    kisses.take('DENY', 64e9);
    kisses.missedOne();
    kisses.missedOne();
    expect(kisses.refusedBy).to.equal(undefined);
    kisses.answered();
    for (let i = 0; i < 10; i++) kisses.missedOne();
    expect(kisses.refusedBy).to.equal(undefined);
    kisses.take('RSTR', 64e9);
    for (let i = 0; i < 3; i++) kisses.missedOne();
    expect(kisses.refusedBy).to.equal('RSTR');
  });

  it('an authenticated DENY stops the association at once (D11)', () => {
    const kisses = new Kisses({ authenticated: true });
    kisses.take('DENY', 64e9);
    expect(kisses.refusedBy).to.equal('DENY');
  });

  it('another code changes only a counter (D12)', () => {
    const kisses = new Kisses();
    kisses.take('XYZW', 64e9);
    kisses.missedOne();
    expect(kisses).to.include({ minIntervalNs: 0, refusedBy: undefined, unknown: 1 });
  });
});
