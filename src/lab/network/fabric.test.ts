import { expect } from 'chai';
import type { Datagram, Stamp, TcpConnection } from '../../api/index.js';
import { createLabHost } from '../host.js';
import { wire } from './link.js';

const S = 1e9;
const SERVER = { address: '198.51.100.1', port: 123 };
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

function scene(towards = wire({ baseNs: 20e6 }), from = wire({ baseNs: 30e6 })) {
  const host = createLabHost({ clock: { offsetNs: 5e6 } });
  const server = host.fabric.attach({ address: SERVER.address, stamp: (by) => host.perfectStamp(by), towards, from });
  return { host, server };
}

describe('the network of the lab', () => {
  it('carries a datagram in the time of its link, with stamps of both clocks', async () => {
    const { host, server } = scene();
    const arrived: Datagram[] = [];
    server.udp({ port: 123 }).onDatagram((datagram) => void arrived.push(datagram));
    const socket = host.network.udp({ peer: SERVER, transmitStamps: true });
    const sent: [number, Stamp][] = [];
    socket.onSent((id, stamp) => void sent.push([id, stamp]));
    const buffer = octets('ping');
    const start = host.trueTime();
    const { id } = socket.send(buffer);
    buffer.fill(0);
    await host.run(S);
    expect(sent).to.have.length(1);
    expect(sent[0]?.[0]).to.equal(id);
    expect(sent[0]?.[1]).to.include({ time: start - 5_000_000n, by: 'kernel', clock: 'system' });
    expect(arrived).to.have.length(1);
    expect(textOf(arrived[0]!.payload)).to.equal('ping');
    expect(arrived[0]).to.deep.include({ from: socket.local, to: SERVER.address });
    expect(arrived[0]?.received.time).to.equal(start + 20_000_000n);
  });

  it('carries the reply over the other link', async () => {
    const { host, server } = scene();
    const echo = server.udp({ port: 123 });
    echo.onDatagram(({ payload, from }) => void echo.send(payload, from));
    const socket = host.network.udp({ peer: SERVER });
    const start = host.clocks[0].read().time;
    const back: Stamp[] = [];
    socket.onDatagram(({ received }) => void back.push(received));
    socket.send(octets('x'));
    await host.run(S);
    expect(back.map(({ time }) => time - start)).to.deep.equal([50_000_000n]);
  });

  it('loses the configured share, and delays by the shape of the jitter', async () => {
    const { host, server } = scene(wire({ baseNs: 20e6, jitterNs: 1e6, shape: 'exp', loss: 0.3 }));
    const delays: number[] = [];
    const starts: bigint[] = [];
    server.udp({ port: 123 }).onDatagram(({ received, payload }) => {
      delays.push(Number(received.time - starts[Number(textOf(payload))]!));
    });
    const socket = host.network.udp({ peer: SERVER });
    for (let k = 0; k < 4000; k++) {
      starts.push(host.trueTime());
      socket.send(octets(String(k)));
      await host.run((k + 1) * 1e6);
    }
    await host.run(10 * S);
    expect(delays.length / 4000).to.be.closeTo(0.7, 0.03);
    expect(Math.min(...delays)).to.be.within(20e6, 20.01e6);
    expect(delays.reduce((a, b) => a + b) / delays.length).to.be.closeTo(21e6, 0.06e6);
  });

  it('tells a connected socket that no program listens', async () => {
    const { host } = scene();
    const socket = host.network.udp({ peer: SERVER });
    const errors: Error[] = [];
    socket.onNetworkError((error) => void errors.push(error));
    socket.send(octets('x'));
    await host.run(0.049 * S);
    expect(errors).to.have.length(0);
    await host.run(S);
    expect(errors.map((error) => (error as { code?: string }).code)).to.deep.equal(['TH_NET_REFUSED']);
  });

  it('gives no datagram of another peer to a connected socket, and none to a closed one', async () => {
    const { host, server } = scene();
    const socket = host.network.udp({ peer: { ...SERVER, port: 124 } });
    const arrived: Datagram[] = [];
    socket.onDatagram((datagram) => void arrived.push(datagram));
    server.udp({ port: 123 }).send(octets('spoof'), socket.local);
    await host.run(S);
    socket.close();
    server.udp({ port: 124 }).send(octets('late'), socket.local);
    await host.run(2 * S);
    expect(arrived).to.have.length(0);
  });

  it('connects streams, in order, and reports the end to the other side', async () => {
    const { host, server } = scene();
    const heard: string[] = [];
    const listener = server.listen(2947, (connection) => {
      connection.write('hello ');
      connection.write('client');
      connection.onData((chunk) => void heard.push(`server: ${textOf(chunk)}`));
      connection.onClose((error) => void heard.push(`server: ${error?.message}`));
    });
    let near: TcpConnection | undefined;
    void host.network.tcp({ ...SERVER, port: 2947 }, S).then((connection) => {
      near = connection;
      connection.write('hi');
      connection.onData((chunk) => void heard.push(`client: ${textOf(chunk)}`));
      connection.onClose((error) => void heard.push(`client: ${error}`));
    });
    await host.run(S);
    near?.close();
    await host.run(2 * S);
    expect(heard).to.deep.equal([
      'server: hi',
      'client: hello ',
      'client: client',
      'client: undefined',
      'server: the other side closed the connection',
    ]);
    listener.close();
    const refused = host.network.tcp({ ...SERVER, port: 2947 }, S).catch((error: { code: string }) => error.code);
    await host.run(4 * S);
    expect(await refused).to.equal('TH_NET_CONNECT');
  });

  it('keeps the data of a stream until there is a handler', async () => {
    const { host, server } = scene();
    server.listen(2947, (connection) => connection.write('early'));
    const opened = host.network.tcp({ ...SERVER, port: 2947 }, S);
    await host.run(S);
    const heard: string[] = [];
    (await opened).onData((chunk) => void heard.push(textOf(chunk)));
    expect(heard).to.deep.equal(['early']);
  });

  it('resolves known names and refuses others', async () => {
    const { host } = scene();
    host.fabric.names.set('time.example', [SERVER.address]);
    expect(await host.network.resolve('time.example')).to.deep.equal([SERVER.address]);
    expect(await host.network.resolve('192.0.2.77')).to.deep.equal(['192.0.2.77']);
    const unknown = await host.network.resolve('nowhere.example').catch((error: { code: string }) => error.code);
    expect(unknown).to.equal('TH_NET_RESOLVE');
  });
});
