import {
  type ClockId,
  type Endpoint,
  type EthernetOptions,
  type EthernetSocket,
  HubError,
  type LinkWatch,
  type Stamp,
  type StampClass,
  type StampOptions,
  type UdpOptions,
  type UdpSocket,
} from '../../api/index.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';
import { LabEthernetSocket } from './ethernet.js';
import { isGroup, type PortOptions, type Segment, type SegmentPort } from './segment.js';
import { losesStamp, type Transmission } from './transmit-stamps.js';
import { LabUdpSocket } from './udp.js';

/** The part of a node that its interfaces use. */
interface InterfaceOwner {
  readonly address: string;
  readonly random: Random;
  readonly stamps: StampClass;
  readonly stamp: (by: StampClass, clock?: ClockId) => Stamp;
}

interface BoundSocket {
  readonly port: SegmentPort;
  readonly number: number;
  readonly family: 4 | 6;
  readonly shared: boolean;
}

const FIRST_DYNAMIC = 49_152;

/** The interfaces of a simulated machine, and the sockets that are bound to them. */
export class Interfaces {
  readonly #machine: InterfaceOwner;
  readonly #scheduler: Scheduler;
  readonly #ports = new Map<string, SegmentPort>();
  readonly #bound = new Set<BoundSocket>();

  constructor(machine: InterfaceOwner, scheduler: Scheduler) {
    this.#machine = machine;
    this.#scheduler = scheduler;
  }

  plug(segment: Segment, options: PortOptions, hears: () => boolean): SegmentPort {
    const port = segment.join(options, this.#ports.size + 1, hears);
    this.#ports.set(options.name, port);
    return port;
  }

  /** Throws `TH_NET_INTERFACE`. */
  port(name: string): SegmentPort {
    const port = this.#ports.get(name);
    if (port === undefined) throw new HubError('TH_NET_INTERFACE', `this machine has no network interface "${name}"`);
    return port;
  }

  /** An unknown interface never changes. */
  watch(name: string, handler: (running: boolean) => void): LinkWatch {
    return this.#ports.get(name)?.watch(handler) ?? { close: () => {} };
  }

  addresses(): readonly string[] {
    return [...this.#ports.values()].flatMap(({ addresses }) => addresses);
  }

  ethernet(options: EthernetOptions): EthernetSocket {
    const port = this.port(options.interface);
    return new LabEthernetSocket(port, options, this.#transmission(port, options));
  }

  udp(name: string, options: UdpOptions): UdpSocket {
    const port = this.port(name);
    const bound = this.#bind(port, options);
    const { family } = bound;
    const own = port.addresses.find((address) => address.includes(':') === (family === 6));
    const address = options.address ?? own ?? this.#machine.address;
    const local = { address, port: bound.number };
    const deafen = port.listen((packet) => {
      if (packet.kind !== 'datagram' || packet.to.port !== local.port) return;
      const { payload, from, to } = packet;
      if (isGroup(to.address) && options.groups?.includes(to.address) !== true) return;
      if (from.address.includes(':') !== (family === 6)) return;
      socket.arrive({ payload, from, ...(isGroup(to.address) && family === 6 && { to: '::' }) });
    });
    const socket = new LabUdpSocket({
      ...this.#transmission(port, options),
      local,
      peer: options.peer,
      carry: (payload: Uint8Array, to: Endpoint) => port.send({ kind: 'datagram', payload, from: local, to }),
      closed: () => {
        deafen();
        this.#bound.delete(bound);
      },
    });
    return socket;
  }

  #bind(port: SegmentPort, options: UdpOptions): BoundSocket {
    const family = options.family ?? (options.address?.includes(':') === true ? 6 : 4);
    const shared = options.reuse === true;
    const others = [...this.#bound].filter((other) => other.port === port && other.family === family);
    const number = options.port || this.#freeNumber(others);
    if (others.some((other) => other.number === number && !(other.shared && shared))) {
      throw new HubError('TH_NET_BUSY', `port ${number} of ${port.name} is taken`);
    }
    const bound = { port, number, family, shared };
    this.#bound.add(bound);
    return bound;
  }

  #freeNumber(others: readonly BoundSocket[]): number {
    for (;;) {
      const number = FIRST_DYNAMIC + Math.floor(this.#machine.random.uniform() * 16_384);
      if (others.every((other) => other.number !== number)) return number;
    }
  }

  /** Returns the stamping of a socket on an interface. */
  #transmission(port: SegmentPort, options: StampOptions): Transmission {
    const { stamp, stamps } = this.#machine;
    const { transmitStamps = false, hardwareStamps = false, hardwareClock } = options;
    const common = { transmitStamps, scheduler: this.#scheduler, losesStamp: losesStamp(port) };
    if (!hardwareStamps) return { ...common, stamps, stamp: (by) => stamp(by) };
    const clock: ClockId | undefined = hardwareClock === undefined ? port.clock : `phc:ptp${hardwareClock}`;
    if (port.clock === undefined || clock === undefined) {
      throw new HubError('TH_NET_HWTSTAMP_NONE', `${port.name} does not stamp in hardware: it has no hardware clock`);
    }
    return { ...common, stamps: 'hardware', stamp: (by) => (by === 'hardware' ? stamp(by, clock) : stamp(by)) };
  }
}
