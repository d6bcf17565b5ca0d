import type { StampOptions } from './stamp-options.js';
import type { Stamp, StampClass } from './time.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Datagram {
  /** Valid during the call only: copy what must stay. */
  readonly payload: Uint8Array;
  readonly from: Endpoint;
  /** The local address that it was sent to (IP_PKTINFO): reply from there. `::` when it came to an IPv6 group. */
  readonly to: string;
  readonly received: Stamp;
}

export interface UdpOptions extends StampOptions {
  /** Local address; default all of `family`. A v6 wildcard takes v4 too unless `family` is 6. */
  readonly address?: string;
  /** Default 0: a random one. */
  readonly port?: number;
  readonly family?: 4 | 6;
  /** Accept datagrams from this peer only (a connected socket). */
  readonly peer?: Endpoint;
  /** Send and receive over this network interface alone. Throws `TH_NET_INTERFACE` when there is none of that name. */
  readonly interface?: string;
  /** Multicast groups to hear on `interface`. What this socket sends to a group is not heard on this machine. */
  readonly groups?: readonly string[];
  /** Hop limit of what is sent to a group, 0..255. Default 1. */
  readonly multicastTtl?: number;
  /** Differentiated services code point of what is sent, 0..63 (RFC 2474). Default 0. */
  readonly dscp?: number;
  /**
   * Datagrams that wait to be read, octets as the kernel counts them (SO_RCVBUF, socket(7)), 1..4194304. Default 4194304. Under
   * a flood each datagram that is read has waited behind as many as fit.
   */
  readonly receiveBuffer?: number;
  /**
   * Share the port with others that share it too: each hears what is sent to a group, and each of this hub what is sent to
   * this machine, if it is stamped by the same clock and nobody is connected to the sender.
   */
  readonly reuse?: boolean;
}

/** A UDP socket whose datagrams carry kernel or hardware stamps. Closed with the instance that opened it. */
export interface UdpSocket {
  readonly local: Endpoint;
  /** The best class of receive stamp it can deliver. */
  readonly stamps: StampClass;
  /**
   * Sends one datagram. Returns its number, which the transmit stamp will carry, and the stamp taken just before the call
   * (class `user`) for when none comes. `from`: the local address to send from. Throws `TH_NET_SEND`.
   */
  send(payload: Uint8Array, to?: Endpoint, from?: string): { readonly id: number; readonly before: Stamp };
  onDatagram(handler: (datagram: Datagram) => void): void;
  /** The transmit stamp of datagram `id`. May come after the reply, or never. */
  onSent(handler: (id: number, sent: Stamp) => void): void;
  /**
   * Errors that the network reported for earlier datagrams (ICMP unreachable): information, not a failure. `to`: where the
   * datagram was sent, where that is known.
   */
  onNetworkError(handler: (error: Error, to?: Endpoint) => void): void;
  close(): void;
}
