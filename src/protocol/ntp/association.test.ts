import { expect } from 'chai';
import { Kisses, Reach } from './association.js';

describe('the reach register', () => {
  it('holds the last eight polls, the newest lowest (D14)', () => {
    const reach = new Reach();
    expect(reach.octal).to.equal('0');
    for (let i = 0; i < 9; i++) reach.answered();
    expect(reach.octal).to.equal('377');
    reach.missedOne();
    reach.missedOne();
    reach.answered();
    reach.missedOne();
    expect(reach).to.include({ octal: '362', answers: 5, missed: 1 });
    for (let i = 0; i < 8; i++) reach.missedOne();
    expect(reach).to.include({ octal: '0', answers: 0, missed: 9 });
  });
});

describe('kisses of death', () => {
  it('RATE doubles the interval for good, and again when it comes again (D10)', () => {
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

  it('DENY ends it when nothing else comes, a lone one does not (D11)', () => {
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

  it('of another code changes nothing but a counter (D12)', () => {
    const kisses = new Kisses();
    kisses.take('XYZW', 64e9);
    kisses.missedOne();
    expect(kisses).to.include({ minIntervalNs: 0, refusedBy: undefined, unknown: 1 });
  });
});
