import { expect } from 'chai';
import { fromNtpTime, readHeader } from '../../protocol/ntp/index.js';
import { createLabHost } from '../host.js';
import { wire } from '../network/link.js';
import { addNtpServer } from './ntp-node.js';

const S = 1e9;

function request(): Uint8Array {
  const packet = new Uint8Array(48);
  packet[0] = 0x23;
  packet[47] = 7;
  return packet;
}

describe('a simulated NTP server', () => {
  it('shows a client its own offset and the two delays', async () => {
    const host = createLabHost({ clock: { offsetNs: 1e6 } });
    const server = addNtpServer(host, {
      address: '198.51.100.1',
      offsetNs: 250e3,
      stratum: 2,
      refid: '192.0.2.9',
      up: wire({ baseNs: 20e6 }),
      down: wire({ baseNs: 30e6 }),
    });
    const socket = host.network.udp({ peer: { address: '198.51.100.1', port: 123 } });
    const start = host.clocks[0].read().time;
    const legs: number[] = [];
    socket.onDatagram(({ payload, received }) => {
      const { receive, transmit, stratum } = readHeader(payload);
      legs.push(Number(fromNtpTime(receive) - start), Number(received.time - fromNtpTime(transmit)), stratum);
    });
    socket.send(request());
    await host.run(S);
    // 1 ms slow, 250 µs of the server's own: θ = 1.25 ms.
    expect(legs).to.deep.equal([20e6 + 1.25e6, 30e6 - 1.25e6, 2]);
    expect(server.served).to.equal(1);
  });

  it('can be switched off and on', async () => {
    const host = createLabHost();
    const server = addNtpServer(host, { address: '198.51.100.1' });
    const socket = host.network.udp({ peer: { address: '198.51.100.1', port: 123 } });
    const events: string[] = [];
    socket.onDatagram(() => void events.push('reply'));
    socket.onNetworkError(() => void events.push('refused'));
    for (const [k, action] of [undefined, server.stop, server.start].entries()) {
      action?.();
      socket.send(request());
      await host.run((k + 1) * S);
    }
    expect(events).to.deep.equal(['reply', 'refused', 'reply']);
  });
});
