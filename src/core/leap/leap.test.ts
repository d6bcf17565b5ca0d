import { expect } from 'chai';
import type { Claims } from '../../api/index.js';
import { LeapSchedule } from './leap.js';
import { EMBEDDED_LEAP_TABLE } from './leap-seconds.js';

const utc = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n;
const claims = (...all: Partial<Claims>[]): Claims[] => all.map((one) => ({ synchronised: true, ...one }));
const VALID = utc('2026-01-15');
const EXPIRED = utc('2026-11-21T10:00:00Z');

describe('leap seconds', () => {
  it('follow the table while it is valid, and report that most sources contradict it', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    watch.noteClaims(claims({ taiMinusUtc: 18 }, { taiMinusUtc: 18 }, { taiMinusUtc: 37 }));
    expect(watch.state(VALID)).to.include({ taiMinusUtc: 37, taiKnown: true });
    const notices = watch.notices(VALID);
    expect(notices.map(({ code }) => code)).to.deep.equal(['TH_CLOCK_TAI_DISAGREES']);
    expect(notices[0]!.text).to.include('18 s').and.include('37 s');
  });

  it('follow a majority of the sources once the table has expired', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    watch.noteClaims(claims({ taiMinusUtc: 38 }, { taiMinusUtc: 38 }, { taiMinusUtc: 37 }));
    expect(watch.state(EXPIRED)).to.include({ taiMinusUtc: 38 });
    watch.noteClaims(claims({ taiMinusUtc: 38 }, { taiMinusUtc: 36 }));
    expect(watch.state(EXPIRED)).to.include({ taiMinusUtc: 37, taiKnown: false });
    watch.noteClaims([]);
    expect(watch.state(EXPIRED)).to.include({ taiMinusUtc: 37, taiKnown: true });
  });

  it('remember a bounded number of notices', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    const told = (taiMinusUtc: number): number => {
      watch.noteClaims(claims({ taiMinusUtc }));
      return watch.notices(VALID).length;
    };
    for (let count = 100; count < 10_000; count++) expect(told(count)).to.equal(1);
    expect([told(9_999), told(100)]).to.deep.equal([0, 1]);
  });

  it('announce a leap on its last day only, from the table', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    expect(watch.state(utc('2016-12-30T23:59:59Z')).pending).to.equal('none');
    expect(watch.state(utc('2016-12-31T00:00:00Z')).pending).to.equal('insert');
    expect(watch.state(utc('2017-01-01T00:00:00Z')).pending).to.equal('none');
  });

  it('are known for a day before and after them', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    const at = utc('2017-01-01T00:00:00Z');
    const nearest = (text: string) => watch.state(utc(text)).nearest;
    expect(nearest('2016-12-30T23:59:59Z')).to.equal(undefined);
    for (const near of ['2016-12-31T00:00:00Z', '2016-12-31T23:59:59Z', '2017-01-01T00:00:00Z', '2017-01-01T23:59:59Z'])
      expect(nearest(near), near).to.deep.equal({ at, seconds: 1, passed: utc(near) >= at });
    watch.crossed(utc('2016-12-31T23:59:59Z'));
    expect(watch.crossed(at)?.at).to.equal(at);
    expect(nearest('2016-12-31T23:59:59Z')?.passed, 'in the second that UTC repeats').to.equal(true);
    expect(nearest('2017-01-02T00:00:01Z')).to.equal(undefined);
  });

  it('follow a claimed leap only from a majority, and only without a valid table', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    watch.noteClaims(claims({ leap: 'insert' }, { leap: 'insert' }, { leap: 'none' }));
    expect(watch.state(VALID).pending).to.equal('none');
    const last = utc('2026-12-31T10:00:00Z');
    expect(watch.state(last).pending).to.equal('insert');
    expect(watch.ahead(last)?.at).to.equal(utc('2027-01-01'));
    watch.noteClaims(claims({ leap: 'insert' }, { leap: 'none' }));
    expect(watch.state(last).pending).to.equal('none');
  });

  it('expect a claimed leap at the end of June or December only, however early it is announced', () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    watch.noteClaims(claims({ leap: 'delete' }));
    const pending: string[] = [];
    for (let at = utc('2026-07-01T12:00:00Z'); at < utc('2033-01-01'); at += 86_400_000_000_000n)
      if (watch.state(at).pending === 'delete')
        pending.push(new Date(Number(at / 1_000_000n)).toISOString().slice(0, 10));
    const expected = [2027, 2028, 2029, 2030, 2031, 2032].flatMap((year) => [`${year}-06-30`, `${year}-12-31`]);
    expect(pending).to.deep.equal(['2026-12-31', ...expected]);
  });

  it("warn of the table's expiry once before and once after it", () => {
    const watch = new LeapSchedule(EMBEDDED_LEAP_TABLE);
    expect(watch.notices(undefined)).to.deep.equal([]);
    expect(watch.notices(utc('2026-05-01'))).to.deep.equal([]);
    expect(watch.notices(utc('2026-06-20')).length).to.equal(1);
    expect(watch.notices(utc('2026-06-21'))).to.deep.equal([]);
    expect(watch.notices(EXPIRED).map(({ code }) => code)).to.deep.equal(['TH_CLOCK_LEAP_EXPIRED']);
    expect(watch.notices(EXPIRED)).to.deep.equal([]);
  });
});
