import { expect } from 'chai';
import { ClaimedHost } from './claimed-host.js';

describe('the host of an address claim', () => {
  it('is that of the newest claim, with or without a port', () => {
    const host = new ClaimedHost();
    expect([host.name, host.refid]).to.deep.equal([undefined, undefined]);
    host.update('192.0.2.1:123');
    expect([host.name, host.refid]).to.deep.equal(['192.0.2.1', '192.0.2.1']);
    host.update('[2001:db8::1]:123');
    expect(host.name).to.equal('2001:db8::1');
    expect(host.refid).to.match(/^\d+\.\d+\.\d+\.\d+$/);
    host.update(undefined);
    expect([host.name, host.refid]).to.deep.equal([undefined, undefined]);
  });

  it('has no refid if it is a name', () => {
    const host = new ClaimedHost();
    host.update('time.example.org');
    expect([host.name, host.refid]).to.deep.equal(['time.example.org', undefined]);
  });
});
