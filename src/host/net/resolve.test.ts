import { expect } from 'chai';
import { resolveName } from './resolve.js';

describe('name resolution', () => {
  it('returns an address as it is', async () => {
    expect(await resolveName('192.0.2.1')).to.deep.equal(['192.0.2.1']);
    expect(await resolveName('2001:db8::1')).to.deep.equal(['2001:db8::1']);
  });

  it('knows the loopback of the wanted family', async () => {
    expect(await resolveName('localhost', 4)).to.deep.equal(['127.0.0.1']);
  });

  it('says which name is unknown', async () => {
    const error = await resolveName('no-such-host.invalid').catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'TH_NET_RESOLVE');
    expect(error).to.have.property('message').that.includes('"no-such-host.invalid"');
  });
});
