import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Datagram, StampClass, UdpOptions } from '../../api/index.js';

/** A socket that shares its port with other sockets of this hub. */
export interface Sharer {
  readonly options: UdpOptions;
  /** Its local address as the kernel writes it; may be `0.0.0.0` or `::`. */
  readonly address: string;
  readonly stamps: StampClass;
  readonly hear: (datagram: Datagram) => void;
}

/**
 * Passes unicast datagrams to all sockets of this hub that share a port. The kernel delivers a multicast datagram to each of
 * them, but a unicast one only to the most narrowly bound: connected to the sender, else to an address, else to an interface. So
 * a grandmaster, sources, CSPTP clients and a server can use the same port of the same interface.
 */
export class PortSharing {
  readonly #ports = new Map<number, Set<Sharer>>();
  /** Interface by address. Read again when a socket joins. */
  readonly #interfaces = new Map<string, string | undefined>();

  /** Adds a socket. Returns the function that removes it. */
  join(port: number, sharer: Sharer): () => void {
    const sharers = this.#ports.get(port) ?? new Set();
    this.#ports.set(port, sharers.add(sharer));
    this.#interfaces.clear();
    return () => {
      sharers.delete(sharer);
      if (sharers.size === 0) this.#ports.delete(port);
    };
  }

  /** Passes a unicast datagram that `heard` received to the other sockets of the port that could receive it. */
  pass(port: number, heard: Sharer, datagram: Datagram): void {
    for (const sharer of this.#ports.get(port) ?? []) {
      if (sharer !== heard && isMeant(sharer, heard, datagram) && this.#isOn(sharer, heard, datagram)) {
        sharer.hear(datagram);
      }
    }
  }

  #isOn({ options: { interface: name } }: Sharer, heard: Sharer, { to }: Datagram): boolean {
    return name === undefined || name === (heard.options.interface ?? this.#interfaceOf(to));
  }

  /** Returns the interface that has this address. */
  #interfaceOf(address: string): string | undefined {
    if (!this.#interfaces.has(address)) this.#interfaces.set(address, interfaceOf(address));
    return this.#interfaces.get(address);
  }
}

function isMeant({ options, address, stamps }: Sharer, heard: Sharer, { to, from }: Datagram): boolean {
  const { family, peer, hardwareClock } = options;
  if (peer !== undefined && (peer.address !== from.address || peer.port !== from.port)) return false;
  // The other socket needs a stamp by the same clock.
  if (stamps !== heard.stamps || hardwareClock !== heard.options.hardwareClock) return false;
  if (isIPv4(to) ? family === 6 : family === 4) return false;
  return address === '::' || address === '0.0.0.0' || address === to;
}

function interfaceOf(to: string): string | undefined {
  const [address, zone] = to.split('%');
  if (zone !== undefined) return zone;
  const found = Object.entries(networkInterfaces()).find(([, list]) => list?.some((own) => own.address === address));
  return found?.[0];
}
