import { isIPv4 } from 'node:net';
import type { Datagram, StampClass, UdpOptions } from '../../api/index.js';

/** A socket that shares its port with others. */
export interface Sharer {
  readonly options: UdpOptions;
  /** Its local address as the kernel writes it, perhaps `0.0.0.0` or `::`. */
  readonly address: string;
  readonly stamps: StampClass;
  readonly hear: (datagram: Datagram) => void;
}

/**
 * The kernel gives what is sent to a group to each socket that shares the port, but what is sent to this machine to one of
 * them, the most narrowly bound. Here the others of this hub hear it too: a grandmaster, sources and a CSPTP server on the same
 * port of the same interface.
 */
export class PortSharing {
  readonly #ports = new Map<number, Set<Sharer>>();

  /** Returns the undoing. */
  join(port: number, sharer: Sharer): () => void {
    const sharers = this.#ports.get(port) ?? new Set();
    this.#ports.set(port, sharers.add(sharer));
    return () => {
      sharers.delete(sharer);
      if (sharers.size === 0) this.#ports.delete(port);
    };
  }

  /** Hands on what `heard` has heard, and what was sent to it alone. */
  pass(port: number, heard: Sharer, datagram: Datagram): void {
    // A connected socket is the only one that is meant.
    if (heard.options.peer !== undefined) return;
    for (const sharer of this.#ports.get(port) ?? []) {
      if (sharer !== heard && isMeant(sharer, heard, datagram)) sharer.hear(datagram);
    }
  }
}

function isMeant({ options, address, stamps }: Sharer, heard: Sharer, { to }: Datagram): boolean {
  const { interface: name, family, peer, hardwareClock } = options;
  if (peer !== undefined || (name !== undefined && name !== heard.options.interface)) return false;
  // A stamp by another clock than the one that was asked for is of no use.
  if (stamps !== heard.stamps || hardwareClock !== heard.options.hardwareClock) return false;
  if (isIPv4(to) ? family === 6 : family === 4) return false;
  return address === '::' || address === '0.0.0.0' || address === to;
}
