import { expect } from 'chai';
import { EventList } from './events.js';

describe('the events', () => {
  it('are the newest 500', () => {
    const events = new EventList();
    for (let k = 0; k < 10_000; k++)
      events.add({ at: '', kind: 'source', id: 'ntp.a', severity: 'info', text: `${k}` });
    expect(events.all()).to.have.length(500);
    expect(events.all()[0]!.text).to.equal('9500');
  });
});
