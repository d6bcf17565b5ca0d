import { expect } from 'chai';
import type { Endpoint, Network } from 'timehub/api';
import { PROFILES } from 'timehub/protocol/ptp';
import { openPortSocket } from './port-socket.js';

describe('a port socket over UDP', () => {
  it('reports the address where nothing listens, of event and of general messages', () => {
    const tell: ((error: Error, to?: Endpoint) => void)[] = [];
    const udp = () => ({
      ...{ local: { address: '0.0.0.0', port: 0 }, stamps: 'kernel', send: () => ({ id: 0 }), close() {} },
      ...{ onDatagram() {}, onSent() {} },
      onNetworkError: (handler: (error: Error, to?: Endpoint) => void) => tell.push(handler),
    });
    const network = { udp } as unknown as Network;
    const wire = openPortSocket(network, { interface: 'eth0', profile: PROFILES.default, hardware: true });
    const gone: string[] = [];
    wire.onUnreachable((address) => gone.push(address));
    for (const [i, report] of tell.entries()) report(new Error('refused'), { address: `192.0.2.${i}`, port: 320 });
    tell[0]!(new Error('of an unknown datagram'));
    expect(gone).to.deep.equal(['192.0.2.0', '192.0.2.1']);
  });
});
