import { expect } from 'chai';
import { createLabHost } from '../lab/host.js';
import { addNtpServer } from '../lab/nodes/ntp-node.js';
import { exchange } from './query.js';

const S = 1e9;
const PEER = { address: '198.51.100.1', port: 123 };

describe('a query', () => {
  it('asks again when the network says that no program listens, until its time is up', async () => {
    const host = createLabHost({ clock: { offsetNs: 5e6 } });
    const server = addNtpServer(host, { address: PEER.address });
    server.stop();
    host.scheduler.at(S, () => server.start());
    const asked = exchange(host, PEER);
    await host.run(3 * S);
    expect((await asked) as { readonly offsetNs: number })
      .to.have.property('offsetNs')
      .that.is.closeTo(5e6, 1e4);
    expect(server.served).to.equal(1);
  });

  it('says that no program listens at the port', async () => {
    const host = createLabHost();
    addNtpServer(host, { address: PEER.address }).stop();
    const asked = exchange(host, PEER).catch((error: Error) => error.message);
    await host.run(3 * S);
    expect(await asked).to.equal('198.51.100.1:123: no program listens at 198.51.100.1:123');
  });

  it('waits no longer than its time for a server that is silent', async () => {
    const host = createLabHost();
    addNtpServer(host, { address: PEER.address }).up.loss = 1;
    const asked = exchange(host, PEER).catch((error: Error) => error.message);
    await host.run(4 * S);
    expect(await asked).to.equal('198.51.100.1:123 gives no time: no reply to 2 requests in 3 s');
  });
});
