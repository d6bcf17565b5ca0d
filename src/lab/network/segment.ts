import type { ClockId, Endpoint, LinkWatch, NetworkInterface, Ns } from '../../api/index.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';
import { cross, type Link, wire } from './link.js';

export interface PortOptions {
  /** `eth0` */
  readonly name: string;
  /** `02:00:00:00:00:01` */
  readonly mac: string;
  readonly addresses?: readonly string[];
  /** The N of its hardware clock `phc:ptpN`. */
  readonly phc?: number;
  /** The links from the switch to the port, and back. Default: no delay. */
  readonly towards?: Link;
  readonly from?: Link;
}

export type Packet =
  | {
      readonly kind: 'frame';
      readonly etherType: number;
      readonly payload: Uint8Array;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'datagram'; readonly payload: Uint8Array; readonly from: Endpoint; readonly to: Endpoint };

const IPV4_GROUP = /^(22[4-9]|23\d)\./;
const IPV6_GROUP = /^ff/i;

/** `01:1b:19:…`: the lowest bit of the first octet (IEEE 802 §8.2.2). */
const isGroupMac = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
export const isGroup = (address: string): boolean => IPV4_GROUP.test(address) || IPV6_GROUP.test(address);

/** A switch that joins interfaces. Packets to a group reach all of them but the sender. */
export class Segment {
  readonly scheduler: Scheduler;
  readonly #random: Random;
  readonly #ports: SegmentPort[] = [];

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler;
    this.#random = random;
  }

  /** `index`: the interface's number on its machine. `hears` returns true while the machine is awake. */
  join(options: PortOptions, index: number, hears: () => boolean): SegmentPort {
    const port = new SegmentPort(this, options, index, hears, this.#random.fork(options.mac));
    this.#ports.push(port);
    return port;
  }

  after(delayNs: Ns, handler: () => void): void {
    this.scheduler.at(this.scheduler.nowNs + delayNs, handler);
  }

  /** Draws one delay to the switch, and one from there to each receiver. */
  carry(packet: Packet, sender: SegmentPort): void {
    const { nowNs } = this.scheduler;
    const first = cross(sender.from, sender.random, nowNs);
    for (const port of this.#ports) {
      if (first === undefined || port === sender || !port.takes(packet)) continue;
      const second = cross(port.towards, port.random, nowNs);
      if (second === undefined) continue;
      this.after(first + second, () => port.arrive(packet));
    }
  }
}

/** An interface of a simulated machine. */
export class SegmentPort {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly phc: number | undefined;
  readonly towards: Link;
  readonly from: Link;
  readonly random: Random;
  /** Share of lost transmit stamps, 0..1. */
  stampLoss = 0;
  readonly #segment: Segment;
  readonly #hears: () => boolean;
  readonly #ears = new Set<(packet: Packet) => void>();
  readonly #watches = new Set<(running: boolean) => void>();
  #running = true;
  /** The carrier as the system sees it. */
  #noticed = true;
  /** Delay after which the system notices a change of the carrier: up to 1 s on Linux. */
  noticeNs: Ns = 0;

  constructor(segment: Segment, options: PortOptions, index: number, hears: () => boolean, random: Random) {
    this.name = options.name;
    this.index = index;
    this.mac = options.mac;
    this.addresses = options.addresses ?? [];
    this.phc = options.phc;
    this.towards = options.towards ?? wire();
    this.from = options.from ?? wire();
    this.random = random;
    this.#segment = segment;
    this.#hears = hears;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Pulls the cable, or puts it back. Packets on the way are lost. */
  set running(running: boolean) {
    if (running === this.#running) return;
    this.#running = running;
    if (this.noticeNs === 0) this.#notice(running);
    else this.#segment.after(this.noticeNs, () => this.#notice(running));
  }

  get clock(): ClockId | undefined {
    return this.phc === undefined ? undefined : `phc:ptp${this.phc}`;
  }

  report(): NetworkInterface {
    const { name, index, mac, addresses, phc, clock } = this;
    return {
      name,
      index,
      mac,
      addresses,
      up: true,
      running: this.#noticed,
      ...(phc !== undefined && clock !== undefined && { phc: { index: phc, clock } }),
      stamps: {
        kernelTransmit: true,
        kernelReceive: true,
        hardwareTransmit: phc !== undefined,
        hardwareReceive: phc === undefined ? [] : ['all', 'ptpv2-event'],
      },
    };
  }

  send(packet: Packet): void {
    if (this.#running) this.#segment.carry({ ...packet, payload: packet.payload.slice() }, this);
  }

  /** Returns true for a packet to this interface or to a group. */
  takes(packet: Packet): boolean {
    if (packet.kind === 'frame') return packet.to === this.mac || isGroupMac(packet.to);
    return this.addresses.includes(packet.to.address) || isGroup(packet.to.address);
  }

  arrive(packet: Packet): void {
    if (!this.#running || !this.#hears()) return;
    for (const ear of [...this.#ears]) ear(packet);
  }

  /** Returns the function that ends it. */
  listen(ear: (packet: Packet) => void): () => void {
    this.#ears.add(ear);
    return () => this.#ears.delete(ear);
  }

  watch(handler: (running: boolean) => void): LinkWatch {
    const own = (running: boolean) => handler(running);
    this.#watches.add(own);
    return { close: () => this.#watches.delete(own) };
  }

  #notice(running: boolean): void {
    this.#noticed = running;
    for (const handler of [...this.#watches]) handler(running);
  }
}
