import { expect } from 'chai';
import { isTimeZone, LocalTime } from './local-time.js';

const at = (iso: string): number => Date.parse(iso) / 1000;

describe('local time', () => {
  it('is its offset from PTP time now, and the second of its next change', () => {
    const berlin = new LocalTime('Europe/Berlin');
    expect(berlin.tlvAt(at('2026-01-15T12:00:00Z'), 37)).to.deep.equal({
      ...{ kind: 'alternate-time-offset', key: 0, offsetS: 3600 - 37, jumpS: 3600, name: 'GMT+1' },
      nextJumpS: at('2026-03-29T01:00:00Z') + 37,
    });
  });

  it('changes in that second and in no other', () => {
    const berlin = new LocalTime('Europe/Berlin');
    const change = at('2026-10-25T01:00:00Z');
    expect(berlin.tlvAt(change - 0.5, 0)).to.deep.include({ offsetS: 7200, jumpS: -3600, nextJumpS: change });
    expect(berlin.tlvAt(change, 0)).to.deep.include({ offsetS: 3600, nextJumpS: at('2027-03-28T01:00:00Z') });
    expect(berlin.tlvAt(change - 1, 0)).to.deep.include({ offsetS: 7200 });
  });

  it('has no next change in a zone without changes', () => {
    const india = new LocalTime('Asia/Kolkata').tlvAt(at('2026-01-15T12:00:00Z'), 37);
    expect(india).to.deep.include({ offsetS: 19_800 - 37, jumpS: 0, nextJumpS: 0 });
  });

  it('exists only for known zones', () => {
    expect(['Europe/Berlin', 'UTC', 'Europe/Atlantis', ''].map(isTimeZone)).to.deep.equal([true, true, false, false]);
  });
});
