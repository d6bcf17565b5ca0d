import { expect } from 'chai';
import type { Datagram, UdpOptions, UdpSocket } from '../../api/index.js';
import { openClocks } from '../clocks.js';
import { loadNative } from '../native.js';
import { stampNow } from '../system-clock.js';
import { openPlainUdp } from './udp-plain.js';

describe('a UDP socket without the addon', () => {
  const clocks = openClocks(loadNative().native);
  const opened: UdpSocket[] = [];
  const open = (options: UdpOptions): UdpSocket => {
    const socket = openPlainUdp(options, () => stampNow(clocks));
    opened.push(socket);
    return socket;
  };
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.close();
  });
  const next = (socket: UdpSocket): Promise<Datagram> => new Promise((resolve) => socket.onDatagram(resolve));

  for (const [name, options, target] of [
    ['IPv4', { address: '127.0.0.1' }, '127.0.0.1'],
    ['IPv6', { address: '::1' }, '::1'],
    ['dual stack over IPv4', {}, '127.0.0.1'],
    ['dual stack over IPv6', {}, '::1'],
  ] as const) {
    it(`exchanges datagrams and stamps them itself: ${name}`, async () => {
      const server = open(options);
      const client = open({ peer: { address: target, port: server.local.port } });
      expect([server.stamps, server.local.port > 0]).to.deep.equal(['user', true]);
      const { before } = client.send(Buffer.from('request'));
      const request = await next(server);
      expect(request.from).to.deep.equal({ address: target, port: client.local.port });
      expect(request.received.by).to.equal('user');
      expect(request.received.time >= before.time).to.equal(true);
      server.send(Buffer.from('reply'), request.from, request.to);
      expect(Buffer.from((await next(client)).payload).toString()).to.equal('reply');
    });
  }

  it('fails at once, and with the same codes, where it cannot be opened', () => {
    const { port } = open({ address: '127.0.0.1' }).local;
    expect(() => open({ address: '127.0.0.1', port }))
      .to.throw()
      .with.property('code', 'TH_NET_PORT_BUSY');
    expect(() => open({ address: '192.0.2.77' }))
      .to.throw()
      .with.property('code', 'TH_NET_ADDRESS');
  });

  it('reports a port where no program listens', async () => {
    const gone = open({ address: '127.0.0.1' });
    gone.close();
    const client = open({ peer: gone.local });
    const told = new Promise<Error>((resolve) => client.onNetworkError(resolve));
    client.send(Buffer.from('anybody?'));
    expect(await told).to.have.property('code');
  });

  it('refuses to send once it is closed', () => {
    const socket = open({ address: '127.0.0.1' });
    socket.close();
    socket.close();
    expect(() => socket.send(Buffer.from('x'), socket.local)).to.throw('the socket is closed');
  });
});
