import type { StampOptions } from './stamp-options.js';
import type { Stamp, StampClass } from './time.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Datagram {
  /** Valid only during the call. */
  readonly payload: Uint8Array;
  readonly from: Endpoint;
  /** Local destination address (IP_PKTINFO), from which to reply. `::` for an IPv6 group. */
  readonly to: string;
  readonly received: Stamp;
}

export interface UdpOptions extends StampOptions {
  /** Local address; default: all of `family`. An IPv6 wildcard includes IPv4 unless `family` is 6. */
  readonly address?: string;
  /** Default 0: a random port. */
  readonly port?: number;
  readonly family?: 4 | 6;
  /** Accept datagrams only from this peer (a connected socket). */
  readonly peer?: Endpoint;
  /** Send and receive only over this network interface. Throws `TH_NET_INTERFACE` if it does not exist. */
  readonly interface?: string;
  /** Multicast groups to join on `interface`. Datagrams of this socket to a group are not received on this machine. */
  readonly groups?: readonly string[];
  /** Hop limit of multicast datagrams, 0..255. Default 1. */
  readonly multicastTtl?: number;
  /** Differentiated services code point of sent datagrams, 0..63 (RFC 2474). Default 0. */
  readonly dscp?: number;
  /**
   * Size of the receive buffer, octets as the kernel counts them (SO_RCVBUF, socket(7)), 1..4194304. Default 4194304. In a
   * flood each datagram waits behind as many as fit.
   */
  readonly receiveBuffer?: number;
  /**
   * Share the port with other sockets that share it. Each receives multicast datagrams. Each socket of this hub also receives
   * datagrams to this machine, if it stamps by the same clock and no socket is connected to the sender.
   */
  readonly reuse?: boolean;
}

/** A UDP socket with kernel or hardware stamps. It is closed with the instance that opened it. */
export interface UdpSocket {
  readonly local: Endpoint;
  /** Best class of receive stamp that it can deliver. */
  readonly stamps: StampClass;
  /**
   * Sends one datagram. Returns its number, by which `onSent` reports its transmit stamp, and a stamp of class `user` taken
   * just before, for use if none comes. `from`: local address to send from. Throws `TH_NET_SEND`.
   */
  send(payload: Uint8Array, to?: Endpoint, from?: string): { readonly id: number; readonly before: Stamp };
  onDatagram(handler: (datagram: Datagram) => void): void;
  /** Reports the transmit stamp of datagram `id`, possibly after the reply, or never. */
  onSent(handler: (id: number, sent: Stamp) => void): void;
  /**
   * Reports errors of the network about earlier datagrams (ICMP unreachable); the socket still works. `to`: destination of the
   * datagram, if known.
   */
  onNetworkError(handler: (error: Error, to?: Endpoint) => void): void;
  close(): void;
}
