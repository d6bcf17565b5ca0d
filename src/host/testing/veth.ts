// Runs in its own network namespace with a pair of virtual interfaces, vA and vB. Prints the results as JSON.
import { execFileSync } from 'node:child_process';
import type { EthernetSocket, Network, Stamp, UdpOptions, UdpSocket } from '../../api/index.js';
import { openClocks } from '../clocks.js';
import { loadNative } from '../native.js';
import { openNetwork } from '../net/network.js';
import { stampNow } from '../system-clock.js';
import { exchangePdelay, floodPdelay, type PdelayFindings, type Transport } from './veth-pdelay.js';

export interface Crossing {
  readonly before: string;
  readonly sent: string;
  readonly received: string;
  readonly by: readonly string[];
  readonly text: string;
  readonly to: string;
}

export interface Findings {
  readonly crossings: Readonly<Record<'ethernet' | 'udp4' | 'udp6', readonly Crossing[]>>;
  /** Messages that the sender's own interface received. */
  readonly echoes: number;
  /** Frames that a layer 2 socket received, of those with tags, of other types and to other groups. */
  readonly foreign: readonly string[];
  /** Messages that two sockets on the same port of vB received: one sent to a group, one to vB. */
  readonly shared: Readonly<Record<'udp4' | 'udp6', readonly (readonly string[])[]>>;
  readonly pdelay: Readonly<Record<Transport, PdelayFindings>>;
  /** Share of a processor, 0 to 1. */
  readonly flooded: number;
  readonly links: readonly string[];
  readonly afterwards: string;
  readonly dscp: number;
}

const GROUP = '01:1b:19:00:00:00';
const COUNT = 20;

const { native } = loadNative();
const network: Network = openNetwork(native, () => stampNow(openClocks(native)));

/** Two ends of a wire, for any transport. */
interface End {
  send(text: string): { readonly id: number; readonly before: Stamp };
  onMessage(handler: (text: string, received: Stamp, to: string) => void): void;
  onSent(handler: (id: number, sent: Stamp) => void): void;
  close(): void;
}

const overEthernet = (name: string): End => {
  const socket = network.ethernet({ interface: name, etherType: 0x88f7, groups: [GROUP], transmitStamps: true });
  return {
    send: (text) => socket.send(Buffer.from(text), GROUP),
    onMessage: (handler) =>
      socket.onFrame(({ payload, received, to }) => handler(Buffer.from(payload).toString(), received, to)),
    onSent: (handler) => socket.onSent(handler),
    close: () => socket.close(),
  };
};

const overUdp =
  (group: string, family: 4 | 6) =>
  (name: string): End => {
    const options: UdpOptions = {
      interface: name,
      family,
      port: 319,
      groups: [group],
      reuse: true,
      transmitStamps: true,
    };
    const socket: UdpSocket = network.udp(options);
    return {
      send: (text) => socket.send(Buffer.from(text), { address: group, port: 319 }),
      onMessage: (handler) =>
        socket.onDatagram(({ payload, received, to }) => handler(Buffer.from(payload).toString(), received, to)),
      onSent: (handler) => socket.onSent(handler),
      close: () => socket.close(),
    };
  };

let echoes = 0;

/** Sends messages from vA to vB one by one, and waits for both stamps of each. */
async function cross(open: (name: string) => End): Promise<readonly Crossing[]> {
  const [near, far] = [open('vA'), open('vB')];
  near.onMessage(() => echoes++);
  const crossings: Crossing[] = [];
  for (let i = 0; i < COUNT; i++) {
    const arrival = new Promise<[string, Stamp, string]>((resolve) => far.onMessage((...all) => resolve(all)));
    const stamps = new Map<number, (sent: Stamp) => void>();
    near.onSent((id, sent) => stamps.get(id)?.(sent));
    const { id, before } = near.send(`message ${i}`);
    const sent = await new Promise<Stamp>((resolve) => stamps.set(id, resolve));
    const [text, received, to] = await arrival;
    const times = { before: `${before.time}`, sent: `${sent.time}`, received: `${received.time}` };
    crossings.push({ ...times, by: [sent.by, received.by], text, to });
  }
  near.close();
  far.close();
  return crossings;
}

/** Frames with tags of IEEE 802.1Q, of another type and to another group. The last one is addressed to vB. */
async function hearForeign(): Promise<readonly string[]> {
  const socket = network.ethernet({ interface: 'vB', etherType: 0x88f7, groups: [GROUP] });
  const heard: string[] = [];
  const last = new Promise<void>((resolve) =>
    socket.onFrame(({ payload }) => {
      heard.push(Buffer.from(payload).toString());
      if (heard.at(-1) === 'last') resolve();
    }),
  );
  const other: EthernetSocket = network.ethernet({ interface: 'vA', etherType: 0x88f8 });
  const tagging = network.ethernet({ interface: 'vA', etherType: 0x8100 });
  const ours = network.ethernet({ interface: 'vA', etherType: 0x88f7 });
  const tagged = (tag: number, text: string) =>
    tagging.send(Buffer.concat([Buffer.from([tag >> 8, tag & 0xff, 0x88, 0xf7]), Buffer.from(text)]), GROUP);
  tagged(0xa000, 'priority 5');
  tagged(0xa005, 'VLAN 5');
  other.send(Buffer.from('other type'), GROUP);
  ours.send(Buffer.from('other group'), '01:00:5e:00:00:01');
  ours.send(Buffer.from('to itself'), socket.mac);
  ours.send(Buffer.from('last'), GROUP);
  await last;
  for (const each of [socket, other, tagging, ours]) each.close();
  return heard;
}

/** Two sockets on one port get a message to their group and a message to their address. */
async function shareGroup(family: 4 | 6, group: string, own: string): Promise<readonly (readonly string[])[]> {
  const ends = [1, 2].map(() => network.udp({ interface: 'vB', family, port: 319, groups: [group], reuse: true }));
  const sender = network.udp({ interface: 'vA', family });
  const heard: string[][] = ends.map(() => []);
  const last = Promise.all(
    ends.map(
      (end, i) =>
        new Promise<void>((resolve) =>
          end.onDatagram(({ payload }) => {
            heard[i]!.push(Buffer.from(payload).toString());
            if (heard[i]!.at(-1) === 'to vB') resolve();
          }),
        ),
    ),
  );
  sender.send(Buffer.from('to the group'), { address: group, port: 319 });
  sender.send(Buffer.from('to vB'), { address: own, port: 319 });
  await last;
  for (const each of [...ends, sender]) each.close();
  return heard;
}

/** The far end goes down and up. The same socket receives again. */
async function cutAndMend(): Promise<Pick<Findings, 'links' | 'afterwards'>> {
  const links: string[] = [];
  const [near, far] = [overEthernet('vA'), overEthernet('vB')];
  let changed = () => {};
  const watch = network.onLink('vA', (running) => {
    links.push(running ? 'up' : 'down');
    changed();
  });
  for (const state of ['down', 'up']) {
    const change = new Promise<void>((resolve) => {
      changed = resolve;
    });
    execFileSync('ip', ['link', 'set', 'vB', state]);
    await change;
  }
  const heard = new Promise<string>((resolve) => far.onMessage((text) => resolve(text)));
  near.send('mended');
  const afterwards = await heard;
  watch.close();
  near.close();
  far.close();
  return { links, afterwards };
}

/** Returns the DSCP in the IPv4 header of a received datagram. */
async function askDscp(): Promise<number> {
  const wire = network.ethernet({ interface: 'vB', etherType: 0x0800, groups: ['01:00:5e:00:01:81'] });
  const header = new Promise<Uint8Array>((resolve) => wire.onFrame(({ payload }) => resolve(payload.slice())));
  const sender = network.udp({ interface: 'vA', family: 4, dscp: 46 });
  sender.send(Buffer.from('x'), { address: '224.0.1.129', port: 319 });
  const dscp = (await header)[1]! >> 2;
  sender.close();
  wire.close();
  return dscp;
}

const crossings = {
  ethernet: await cross(overEthernet),
  udp4: await cross(overUdp('224.0.1.129', 4)),
  udp6: await cross(overUdp('ff0e::181', 6)),
};
const pdelay = {
  ethernet: await exchangePdelay(network, 'ethernet', { minorVersion: 0, correction: 0x50000 }),
  udp4: await exchangePdelay(network, 'udp4', { minorVersion: 1 }),
  udp6: await exchangePdelay(network, 'udp6', { minorVersion: 2, correction: 1 }),
};
const flooded = floodPdelay(network);
const shared = {
  udp4: await shareGroup(4, '224.0.1.129', '10.99.0.2'),
  udp6: await shareGroup(6, 'ff0e::181', 'fe80::b%vA'),
};
const foreign = await hearForeign();
const dscp = await askDscp();
const findings: Findings = { crossings, echoes, pdelay, flooded, shared, foreign, ...(await cutAndMend()), dscp };
console.log(JSON.stringify(findings));
