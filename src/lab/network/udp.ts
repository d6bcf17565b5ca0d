import type { Datagram, Endpoint, Stamp, StampClass, UdpSocket } from '../../api/index.js';
import { HubError } from '../../api/index.js';
import { type Transmission, Transmitter } from './transmit-stamps.js';

export interface Arrival {
  readonly payload: Uint8Array;
  readonly from: Endpoint;
  /** The address from which to reply. Default: the socket's own address. */
  readonly to?: string;
}

interface Wiring extends Transmission {
  readonly local: Endpoint;
  readonly peer: Endpoint | undefined;
  readonly carry: (payload: Uint8Array, to: Endpoint) => void;
  readonly closed: () => void;
}

export class LabUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly stamps: StampClass;
  readonly #wiring: Wiring;
  readonly #transmitter: Transmitter;
  readonly #onDatagram: ((datagram: Datagram) => void)[] = [];
  readonly #onNetworkError: ((error: Error) => void)[] = [];
  #closed = false;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.local = wiring.local;
    this.stamps = wiring.stamps;
    this.#transmitter = new Transmitter(wiring);
  }

  send(payload: Uint8Array, to?: Endpoint): { readonly id: number; readonly before: Stamp } {
    const target = to ?? this.#wiring.peer;
    if (this.#closed) throw new HubError('TH_NET_SEND', 'the socket is closed');
    if (target === undefined) throw new HubError('TH_NET_SEND', 'no address to send to');
    return this.#transmitter.send(() => this.#wiring.carry(payload, target));
  }

  onDatagram(handler: (datagram: Datagram) => void): void {
    this.#onDatagram.push(handler);
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#transmitter.onSent(handler);
  }

  onNetworkError(handler: (error: Error) => void): void {
    this.#onNetworkError.push(handler);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transmitter.close();
    this.#wiring.closed();
  }

  arrive({ payload, from, to = this.local.address }: Arrival): void {
    const { peer } = this.#wiring;
    if (this.#closed || (peer !== undefined && (peer.address !== from.address || peer.port !== from.port))) return;
    const datagram = { payload, from, to, received: this.#wiring.stamp(this.stamps) };
    for (const handler of this.#onDatagram) handler(datagram);
  }

  /** Only a connected socket is told of ICMP errors (RFC 1122 §4.1.3.3). */
  networkError(error: Error): void {
    if (this.#closed || this.#wiring.peer === undefined) return;
    for (const handler of this.#onNetworkError) handler(error);
  }
}
