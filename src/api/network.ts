import type { Ns, Stamp, StampClass } from './time.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Datagram {
  /** Valid during the call only: copy what must stay. */
  readonly payload: Uint8Array;
  readonly from: Endpoint;
  /** The local address that it was sent to (IP_PKTINFO): reply from there. */
  readonly to: string;
  readonly received: Stamp;
}

export interface UdpOptions {
  /** Local address; default all of `family`. A v6 wildcard takes v4 too unless `family` is 6. */
  readonly address?: string;
  /** Default 0: a random one. */
  readonly port?: number;
  readonly family?: 4 | 6;
  /** Accept datagrams from this peer only (a connected socket). */
  readonly peer?: Endpoint;
  /** Ask for transmit stamps, delivered to `onSent`. */
  readonly transmitStamps?: boolean;
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
  /** Errors that the network reported for earlier datagrams (ICMP unreachable): information, not a failure. */
  onNetworkError(handler: (error: Error) => void): void;
  close(): void;
}

export interface TcpConnection {
  write(text: string): void;
  onData(handler: (chunk: Uint8Array) => void): void;
  /** Called once, with the reason when it was not `close()`. */
  onClose(handler: (error?: Error) => void): void;
  close(): void;
}

/** What a plugin may do on the network. In the lab, the same interface over simulated links. */
export interface Network {
  udp(options: UdpOptions): UdpSocket;
  /** Connects or rejects with `TH_NET_CONNECT`. */
  tcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection>;
  /** All addresses of a name, in the resolver's order. Rejects with `TH_NET_RESOLVE`. */
  resolve(host: string, family?: 4 | 6): Promise<readonly string[]>;
  /** Own addresses, to recognise a loop. */
  addresses(): readonly string[];
}
