import { expect } from 'chai';
import type { Datagram, EthernetSocket, Frame, Stamp } from '../../api/index.js';
import { createLabHost, type LabHostOptions } from '../host.js';
import { type Link, wire } from './link.js';

const S = 1e9;
const GROUP = '01:80:c2:00:00:0e';
const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

/** Three machines on a switch; the first two have hardware clocks. */
function scene(links: Partial<Record<'towards' | 'from', Link>> = {}, clock: LabHostOptions['clock'] = {}) {
  const first = createLabHost({ seed: 7, clock, phcs: { ptp0: { offsetNs: 250 } } });
  const second = createLabHost({ beside: first, address: '192.0.2.2', phcs: { ptp0: { offsetNs: -500 } } });
  const third = first.fabric.attach({ address: '192.0.2.3', stamp: (by) => first.perfectStamp(by) });
  const segment = first.fabric.segment('lan');
  const [a, b, c] = [first.network, second.network, third].map((node, i) =>
    node.plug(segment, {
      name: 'eth0',
      mac: MACS[i]!,
      addresses: [`10.0.0.${i + 1}`, `fe80::${i + 1}`],
      ...(i < 2 && { phc: 0 }),
      ...links,
    }),
  );
  return { first, second, third, ports: [a!, b!, c!] as const };
}

const onPtp = { interface: 'eth0', etherType: 0x88f7, groups: [GROUP], transmitStamps: true } as const;
const collect = (socket: EthernetSocket): Frame[] => {
  const frames: Frame[] = [];
  socket.onFrame((frame) => void frames.push(frame));
  return frames;
};

describe('a segment of the lab', () => {
  it('carries a frame for a group to all others in the time of their links, stamped by the clock of each', async () => {
    const { first, second, third } = scene({ towards: wire({ baseNs: 300 }), from: wire({ baseNs: 200 }) });
    const sender = first.network.ethernet({ ...onPtp, hardwareStamps: true });
    const own = collect(sender);
    const hardware = collect(second.network.ethernet({ ...onPtp, hardwareStamps: true }));
    const kernel = collect(third.ethernet(onPtp));
    const sent: [number, Stamp][] = [];
    sender.onSent((id, stamp) => void sent.push([id, stamp]));
    const start = first.trueTime();
    const { id } = sender.send(octets('sync'), GROUP.toUpperCase());
    await first.run(S);

    const tai = start + 37_000_000_000n;
    expect(sent).to.have.length(1);
    expect(sent[0]).to.deep.include(id);
    expect(sent[0]![1]).to.include({ clock: 'phc:ptp0', by: 'hardware', time: tai - 250n });
    expect(hardware.map(({ payload }) => textOf(payload))).to.deep.equal(['sync']);
    expect(hardware[0]).to.include({ from: MACS[0], to: GROUP });
    expect(hardware[0]!.received).to.include({ clock: 'phc:ptp0', by: 'hardware', time: tai + 500n + 500n });
    expect(kernel[0]!.received).to.include({ clock: 'system', by: 'kernel', time: start + 500n });
    expect(own).to.have.length(0);
  });

  it('carries a frame for one machine to it alone, and none of another type or another group', async () => {
    const { first, second, third } = scene();
    const sender = first.network.ethernet(onPtp);
    const [two, three] = [collect(second.network.ethernet(onPtp)), collect(third.ethernet(onPtp))];
    sender.send(octets('to the third'), MACS[2]);
    sender.send(octets('other group'), '01:1b:19:00:00:00');
    first.network.ethernet({ ...onPtp, etherType: 0x88f8 }).send(octets('other type'), GROUP);
    await first.run(S);
    expect([two.length, three.map(({ payload }) => textOf(payload))]).to.deep.equal([0, ['to the third']]);
  });

  for (const [family, group, to] of [
    [4, '224.0.1.129', '10.0.0.2'],
    [6, 'ff0e::181', '::'],
  ] as const) {
    it(`carries datagrams to a group and back to one: IPv${family}`, async () => {
      const { first, second, third } = scene({ towards: wire({ baseNs: 1e3 }) });
      const options = { interface: 'eth0', family, port: 319, groups: [group], transmitStamps: true };
      const [one, two] = [first.network.udp(options), second.network.udp(options)];
      const deaf: Datagram[] = [];
      third.udp({ ...options, groups: [] }).onDatagram((datagram) => void deaf.push(datagram));
      const heard: string[] = [];
      two.onDatagram((datagram) => {
        heard.push(`${textOf(datagram.payload)} from ${datagram.from.address} to ${datagram.to}`);
        two.send(octets('reply'), datagram.from, datagram.to);
      });
      one.onDatagram(({ payload, from }) => void heard.push(`${textOf(payload)} from ${from.address}`));
      one.send(octets('sync'), { address: group, port: 319 });
      await first.run(S);
      const [source, target] = family === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fe80::1', 'fe80::2'];
      expect(heard).to.deep.equal([`sync from ${source} to ${to}`, `reply from ${target}`]);
      expect(deaf).to.have.length(0);
    });
  }

  it('draws the same delays for the same seed, and each receiver its own', async () => {
    const run = async () => {
      const { first, second, third } = scene({ towards: wire({ jitterNs: 100, shape: 'exp', loss: 0.1 }) });
      const sender = first.network.ethernet(onPtp);
      const [two, three] = [collect(second.network.ethernet(onPtp)), collect(third.ethernet(onPtp))];
      for (let i = 0; i < 200; i++) sender.send(octets(`${i}`), GROUP);
      await first.run(S);
      return [two, three].map((frames) => frames.map(({ payload, received }) => `${textOf(payload)} ${received.time}`));
    };
    const [once, again] = [await run(), await run()];
    expect(once).to.deep.equal(again);
    expect(once[0]!.length).to.be.within(160, 199);
    expect(once[0]).to.not.deep.equal(once[1]);
  });

  it('loses packets while the cable is out, and reports the carrier', async () => {
    const { first, second, ports } = scene();
    const links: boolean[] = [];
    const watch = second.network.onLink('eth0', (running) => void links.push(running));
    const sender = first.network.ethernet(onPtp);
    const heard = collect(second.network.ethernet(onPtp));
    ports[1].running = false;
    ports[1].running = false;
    sender.send(octets('lost'), GROUP);
    await first.run(S);
    expect(second.network.interface('eth0').running).to.equal(false);
    ports[1].running = true;
    sender.send(octets('heard'), GROUP);
    await first.run(2 * S);
    watch.close();
    ports[1].running = false;
    expect(links).to.deep.equal([false, true]);
    expect(heard.map(({ payload }) => textOf(payload))).to.deep.equal(['heard']);
  });

  it('can lose transmit stamps', async () => {
    const { first, ports } = scene();
    ports[0].stampLoss = 0.3;
    const sender = first.network.ethernet(onPtp);
    let stamps = 0;
    sender.onSent(() => stamps++);
    for (let i = 0; i < 1000; i++) sender.send(octets('x'), GROUP);
    await first.run(S);
    expect(stamps).to.be.within(650, 750);
  });

  it('reports the facts of an interface, and refuses a missing one', () => {
    const { first, third } = scene();
    const { network } = first;
    expect(network.interface('eth0')).to.deep.include({
      mac: MACS[0],
      running: true,
      addresses: ['10.0.0.1', 'fe80::1'],
      phc: { index: 0, clock: 'phc:ptp0' },
    });
    const code = (code: string) => (work: () => unknown) => expect(work).to.throw().with.property('code', code);
    code('TH_NET_INTERFACE')(() => network.interface('eth1'));
    code('TH_NET_HWTSTAMP_NONE')(() => third.ethernet({ ...onPtp, hardwareStamps: true }));
    network.udp({ interface: 'eth0', port: 319 });
    code('TH_NET_BUSY')(() => network.udp({ interface: 'eth0', port: 319, reuse: true }));
    network.udp({ interface: 'eth0', port: 320, reuse: true });
    expect(network.udp({ interface: 'eth0', port: 320, reuse: true }).local.port).to.equal(320);
  });

  it('gives two machines clocks of their own', async () => {
    const { first, second } = scene({}, { wander: 1e-9 });
    await first.run(1000 * S);
    expect(second.nowNs).to.equal(first.nowNs);
    expect(second.errorNs('phc:ptp0')).to.equal(-500);
    expect(first.errorNs('system')).to.not.equal(second.errorNs('system'));
  });
});

describe('a Unix datagram socket of the lab', () => {
  it('replies to the path of the sender', async () => {
    const host = createLabHost();
    const server = host.network.unixDatagram({ path: '/run/server' });
    const client = host.network.unixDatagram({ path: '/run/client' });
    server.onDatagram(({ payload, from }) => server.send(payload, from));
    const heard: string[] = [];
    client.onDatagram(({ payload, from }) => void heard.push(`${textOf(payload)} from ${from}`));
    client.send(octets('GET'), '/run/server');
    await host.run(S);
    expect(heard).to.deep.equal(['GET from /run/server']);
    server.close();
    expect(() => client.send(octets('GET'), '/run/server')).to.throw('no program listens at /run/server');
  });
});
