import { expect } from 'chai';
import type { EthernetOptions, Network, PdelayCounts, PdelayResponderOptions, UdpOptions } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import { Scope } from './scope.js';
import { scopedNetwork } from './scoped-network.js';

const S = 1e9;
const GROUP = '01:1b:19:00:00:00';

function scene() {
  const host = createLabHost();
  const far = host.fabric.attach({ address: '192.0.2.2', stamp: (by) => host.perfectStamp(by) });
  const segment = host.fabric.segment('lan');
  const port = host.network.plug(segment, { name: 'eth0', mac: '02:00:00:00:00:01' });
  far.plug(segment, { name: 'eth0', mac: '02:00:00:00:00:02' });
  const crashes: string[] = [];
  const scope = new Scope('ptp.test', (error) => void crashes.push(error.message));
  const sender = far.ethernet({ interface: 'eth0', etherType: 0x88f7 });
  return { host, port, scope, crashes, sender, network: scopedNetwork(host.network, scope) };
}

describe('the network of an instance', () => {
  it('calls no handler once the run has ended', async () => {
    const { host, port, scope, sender, network } = scene();
    const heard: string[] = [];
    const hearing = network.ethernet({ interface: 'eth0', etherType: 0x88f7, groups: [GROUP] });
    hearing.onFrame(() => void heard.push('frame'));
    network.onLink('eth0', (running) => void heard.push(running ? 'up' : 'down'));
    const commands = network.unixDatagram({ path: '/run/ptp' });
    commands.onDatagram(() => void heard.push('command'));
    const client = host.network.unixDatagram({ path: '/run/client' });
    const stir = async (untilNs: number) => {
      sender.send(Uint8Array.of(1), GROUP);
      await host.run(untilNs);
      port.running = !port.running;
    };
    client.send(Uint8Array.of(1), '/run/ptp');
    await stir(S);
    port.running = true;
    expect(heard.sort()).to.deep.equal(['command', 'down', 'frame', 'up']);
    scope.close();
    await stir(2 * S);
    expect(heard).to.have.length(4);
    expect(() => client.send(Uint8Array.of(1), '/run/ptp')).to.throw('no program listens');
    expect(() => hearing.send(Uint8Array.of(1), GROUP)).to.throw('the socket is closed');
    expect(host.network.unixDatagram({ path: '/run/ptp' }).path).to.equal('/run/ptp');
  });

  it('answers no peer delay requests once its run has ended', () => {
    const { host, scope } = scene();
    let closed = 0;
    const responder = { counts: () => ({}) as PdelayCounts, close: () => void closed++ };
    const network = scopedNetwork(
      Object.assign(Object.create(host.network), { pdelayResponder: () => responder }),
      scope,
    );
    network.pdelayResponder({} as PdelayResponderOptions);
    scope.close();
    expect(closed).to.equal(1);
    expect(scopedNetwork(host.network, scope).pdelayResponder({} as PdelayResponderOptions)).to.equal(undefined);
  });

  it('crashes the run when an interface of its sockets was removed and made again', async () => {
    const { host, port, scope, crashes } = scene();
    let index = 1;
    const { network: own } = host;
    const changing = {
      interface: (name: string) => ({ ...own.interface(name), index }),
      onLink: (name: string, handler: (running: boolean) => void) => own.onLink(name, handler),
      ethernet: (options: EthernetOptions) => own.ethernet(options),
      udp: (options: UdpOptions) => own.udp(options),
    };
    const network = scopedNetwork(changing as unknown as Network, scope);
    network.ethernet({ interface: 'eth0', etherType: 0x88f7 });
    network.udp({ interface: 'eth0', port: 319 });
    const flap = async () => {
      port.running = false;
      await host.run(host.nowNs + S);
      port.running = true;
      await host.run(host.nowNs + S);
    };
    await flap();
    expect(crashes).to.deep.equal([]);
    index = 2;
    await flap();
    expect(crashes).to.deep.equal(['eth0 was removed and made again']);
  });

  it('crashes its run on an error of a handler', async () => {
    const { host, sender, network, crashes } = scene();
    network.ethernet({ interface: 'eth0', etherType: 0x88f7, groups: [GROUP] }).onFrame(() => {
      throw new Error('bad frame');
    });
    sender.send(Uint8Array.of(1), GROUP);
    await host.run(S);
    expect(crashes).to.deep.equal(['bad frame']);
  });
});
