import { expect } from 'chai';
import { EventList } from './event-list.js';

const event = (id: string, n: number) => ({ at: '', kind: 'source', id, severity: 'info', text: `${n}` }) as const;

describe('the list of events', () => {
  it('keeps the newest 500', () => {
    const events = new EventList();
    for (let n = 0; n < 700; n++) events.add(event('ntp.a', n));
    expect(events.all().map(({ text }) => text)).to.deep.equal(Array.from({ length: 500 }, (_, n) => `${n + 200}`));
  });

  it('keeps those of others however many one source has', () => {
    const events = new EventList();
    for (let n = 0; n < 5; n++) events.add(event('ntp.quiet', n));
    for (let n = 0; n < 5000; n++) events.add(event('gpsd.flood', n));
    expect(events.all()).to.have.length(500);
    expect(events.all().filter(({ id }) => id === 'ntp.quiet')).to.have.length(5);
    expect(events.all().at(-1)!.text).to.equal('4999');
  });

  it('is shared evenly by sources that change all the time', () => {
    const events = new EventList();
    for (let n = 0; n < 5000; n++) events.add(event(n % 10 === 0 ? 'ptp.seldom' : 'gpsd.often', n));
    expect(events.all().filter(({ id }) => id === 'ptp.seldom')).to.have.length(250);
  });
});
