import {
  type ClockId,
  type Endpoint,
  type EthernetOptions,
  type EthernetSocket,
  HubError,
  type LinkWatch,
  type Network,
  type NetworkInterface,
  type Ns,
  type Stamp,
  type StampClass,
  type TcpConnection,
  type UdpOptions,
  type UdpSocket,
  type UnixDatagramOptions,
  type UnixDatagramSocket,
} from '../../api/index.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';
import { Interfaces } from './interfaces.js';
import { cross, type Link, wire } from './link.js';
import { type PortOptions, Segment, type SegmentPort } from './segment.js';
import { type Accept, connect, type TcpListener } from './tcp.js';
import { type Arrival, LabUdpSocket } from './udp.js';
import { LabUnixSockets } from './unix-datagram.js';

export interface NodeOptions {
  readonly address: string;
  /** Stamps by a clock of the node; without an id by the system clock. */
  readonly stamp: (by: StampClass, clock?: ClockId) => Stamp;
  /** Class of its network stamps. Default `kernel`. */
  readonly stamps?: StampClass;
  /** Returns false while the node sleeps: arriving packets are lost. Default: true. */
  readonly hears?: () => boolean;
  /** The links from the middle of the network to the node, and back. Default: no delay. */
  readonly towards?: Link;
  readonly from?: Link;
}

const LOOPBACK = /^(127\.|::1$)/;

/** A network in memory. Each node has its own link to the middle. */
export class Fabric {
  readonly scheduler: Scheduler;
  /** Addresses by host name. */
  readonly names = new Map<string, readonly string[]>();
  readonly #random: Random;
  readonly #nodes = new Map<string, LabNode>();

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.#random = random;
  }

  attach(options: NodeOptions): LabNode {
    const node = new LabNode(this, options, this.#random.fork(options.address));
    this.#nodes.set(options.address, node);
    return node;
  }

  /** Makes a switch. */
  segment(name: string): Segment {
    return new Segment(this.scheduler, this.#random.fork(`segment ${name}`));
  }

  /** Returns the node at an address. A loopback address is the asker itself. */
  node(address: string, asker?: LabNode): LabNode | undefined {
    return LOOPBACK.test(address) ? asker : this.#nodes.get(address);
  }

  /** Returns the one-way delay of one datagram, or undefined when it is lost. Each node has its own random stream. */
  delayNs(from: LabNode, to: LabNode): Ns | undefined {
    if (from === to) return 0;
    const { nowNs } = this.scheduler;
    const first = cross(from.from, from.random, nowNs);
    const second = cross(to.towards, to.random, nowNs);
    return first === undefined || second === undefined ? undefined : first + second;
  }
}

/** One machine on the network. */
export class LabNode implements Network {
  readonly address: string;
  readonly towards: Link;
  readonly from: Link;
  readonly random: Random;
  readonly stamps: StampClass;
  readonly stamp: (by: StampClass, clock?: ClockId) => Stamp;
  readonly #hears: () => boolean;
  readonly #fabric: Fabric;
  readonly #sockets = new Map<number, LabUdpSocket>();
  readonly #listeners = new Map<number, Accept>();
  readonly #interfaces: Interfaces;
  readonly #unix: LabUnixSockets;

  constructor(fabric: Fabric, options: NodeOptions, random: Random) {
    this.#fabric = fabric;
    this.address = options.address;
    this.stamps = options.stamps ?? 'kernel';
    this.stamp = options.stamp;
    this.#hears = options.hears ?? (() => true);
    this.towards = options.towards ?? wire();
    this.from = options.from ?? wire();
    this.random = random;
    this.#interfaces = new Interfaces(this, fabric.scheduler);
    this.#unix = new LabUnixSockets(fabric.scheduler);
  }

  /** Adds an interface on a segment. Only sockets that are bound to it receive its packets. */
  plug(segment: Segment, options: PortOptions): SegmentPort {
    return this.#interfaces.plug(segment, options, this.#hears);
  }

  ethernet(options: EthernetOptions): EthernetSocket {
    return this.#interfaces.ethernet(options);
  }

  unixDatagram(options: UnixDatagramOptions): UnixDatagramSocket {
    return this.#unix.open(options);
  }

  /** A thread cannot run in virtual time. */
  pdelayResponder(): undefined {}

  interface(name: string): NetworkInterface {
    return this.#interfaces.port(name).report();
  }

  onLink(name: string, handler: (running: boolean) => void): LinkWatch {
    return this.#interfaces.watch(name, handler);
  }

  udp(options: UdpOptions): UdpSocket {
    if (options.interface !== undefined) return this.#interfaces.udp(options.interface, options);
    const port = this.#freePort(options.port ?? 0);
    const socket: LabUdpSocket = new LabUdpSocket({
      local: { address: this.address, port },
      stamps: this.stamps,
      stamp: this.stamp,
      peer: options.peer,
      transmitStamps: options.transmitStamps ?? false,
      scheduler: this.#fabric.scheduler,
      carry: (payload, to) => this.#carry(socket, payload, to),
      closed: () => this.#sockets.delete(port),
    });
    this.#sockets.set(port, socket);
    return socket;
  }

  async tcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection> {
    const peer = this.#fabric.node(to.address, this);
    const route = peer && {
      thereNs: baseDelayNs(this, peer),
      backNs: baseDelayNs(peer, this),
      listener: () => peer.#listeners.get(to.port),
    };
    return connect(this.#fabric.scheduler, to, route, timeoutNs);
  }

  async tls(): Promise<never> {
    throw noTls();
  }

  async tlsServer(): Promise<never> {
    throw noTls();
  }

  /** Accepts connections at a port. */
  listen(port: number, accept: Accept): TcpListener {
    if (this.#listeners.has(port)) throw new HubError('TH_NET_BUSY', `port ${port} of ${this.address} is taken`);
    this.#listeners.set(port, accept);
    return { close: () => this.#listeners.delete(port) };
  }

  async resolve(host: string): Promise<readonly string[]> {
    if (this.#fabric.node(host) !== undefined || /^[\d.]+$|:/.test(host)) return [host];
    const addresses = this.#fabric.names.get(host);
    if (addresses === undefined) throw new HubError('TH_NET_RESOLVE', `the name ${host} is not known`);
    return addresses;
  }

  addresses(): readonly string[] {
    return [this.address, ...this.#interfaces.addresses()];
  }

  #carry(socket: LabUdpSocket, payload: Uint8Array, to: Endpoint): void {
    const { scheduler } = this.#fabric;
    const peer = this.#fabric.node(to.address, this);
    const delayNs = peer && this.#fabric.delayNs(this, peer);
    if (peer === undefined || delayNs === undefined) return;
    const arrival: Arrival = { payload: payload.slice(), from: socket.local };
    scheduler.at(scheduler.nowNs + delayNs, () => {
      if (!peer.#hears()) return;
      const receiver = peer.#sockets.get(to.port);
      if (receiver !== undefined) receiver.arrive(arrival);
      else this.#refuse(socket, peer, to);
    });
  }

  /** ICMP port unreachable. */
  #refuse(socket: LabUdpSocket, peer: LabNode, to: Endpoint): void {
    const { scheduler } = this.#fabric;
    const delayNs = this.#fabric.delayNs(peer, this);
    if (delayNs === undefined) return;
    const error = new HubError('TH_NET_REFUSED', `no program listens at ${to.address}:${to.port}`);
    scheduler.at(scheduler.nowNs + delayNs, () => socket.networkError(error));
  }

  #freePort(wanted: number): number {
    if (wanted !== 0) {
      if (this.#sockets.has(wanted)) throw new HubError('TH_NET_BUSY', `port ${wanted} of ${this.address} is taken`);
      return wanted;
    }
    for (;;) {
      const port = 49_152 + Math.floor(this.random.uniform() * 16_384);
      if (!this.#sockets.has(port)) return port;
    }
  }
}

const baseDelayNs = (from: LabNode, to: LabNode): Ns => (from === to ? 0 : from.from.baseNs + to.towards.baseNs);

const noTls = (): HubError => new HubError('TH_NET_TLS', 'the simulated network has no TLS');
