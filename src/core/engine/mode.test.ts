import { expect } from 'chai';
import { initialMode, type ModeCondition, nextMode } from './mode.js';

const LIMITS = { minAgreeing: 1, maxErrorNs: 100e6, trackingErrorNs: 1e6 };
const GOOD: ModeCondition = {
  known: true,
  boundNs: 0.5e6,
  carriers: ['ntp.a'],
  witnesses: [],
  loop: '',
  loss: 'gone',
  slewing: [],
  least: undefined,
};
const walk = (...conditions: Partial<ModeCondition>[]): string[] => {
  let state = initialMode(0n);
  return conditions.map((condition, i) => {
    state = nextMode(state, { ...GOOD, ...condition }, LIMITS, BigInt(i + 1));
    return state.mode;
  });
};

describe('mode', () => {
  it('goes from unsynchronised over converging to tracking', () => {
    expect(walk({ known: false }, { boundNs: 50e6 }, {})).to.deep.equal(['unsynchronised', 'converging', 'tracking']);
  });

  it('is not holdover after the time of a loop', () => {
    expect(walk({}, { carriers: [], loop: 'ntp.a counted up' }, { carriers: [] }, {})).to.deep.equal([
      'tracking',
      'unsynchronised',
      'unsynchronised',
      'tracking',
    ]);
  });

  it('is holdover without carriers until the bound is too large, and recovers', () => {
    const alone = { carriers: [] };
    expect(walk({}, alone, { ...alone, boundNs: 101e6 }, alone, {})).to.deep.equal([
      'tracking',
      'holdover',
      'unsynchronised',
      'unsynchronised',
      'tracking',
    ]);
  });

  it('does not flap around the tracking limit', () => {
    expect(walk({ boundNs: 1.2e6 }, {}, { boundNs: 1.2e6 }, { boundNs: 1.6e6 })).to.deep.equal([
      'converging',
      'tracking',
      'tracking',
      'converging',
    ]);
  });

  it('is not tracking while a steered clock is still away from the estimate', () => {
    expect(walk({ slewing: ['the clock system'] })).to.deep.equal(['converging']);
  });

  it('says when no carrier can reach tracking-error', () => {
    const least = { errorNs: 11e3, id: 'gpsd.gnss' };
    const tight = { ...LIMITS, trackingErrorNs: 10e3 };
    const found = nextMode(initialMode(0n), { ...GOOD, boundNs: 13e3, carriers: ['gpsd.gnss'], least }, tight, 1n);
    expect(found).to.include({
      mode: 'converging',
      reason:
        'the error of gpsd.gnss alone may be 11 µs, and tracking-error is 10 µs: raise it, or add a better source than gpsd.gnss',
    });
  });

  it('keeps the time of the last change, and has a reason', () => {
    const first = nextMode(initialMode(0n), { ...GOOD, witnesses: ['ntp.b'] }, LIMITS, 5n);
    const second = nextMode(first, GOOD, LIMITS, 9n);
    expect(first).to.include({ since: 5n, reason: 'follows ntp.a, which ntp.b confirms' });
    expect(second.since).to.equal(5n);
  });
});
