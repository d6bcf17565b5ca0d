import type { Datagram, Endpoint, Stamp, StampClass, UdpSocket } from '../api/index.js';
import { HubError } from '../api/index.js';
import type { Scheduler } from './scheduler.js';

export interface Arrival {
  readonly payload: Uint8Array;
  readonly from: Endpoint;
}

interface Wiring {
  readonly local: Endpoint;
  readonly stamps: StampClass;
  readonly stamp: (by: StampClass) => Stamp;
  readonly peer: Endpoint | undefined;
  readonly transmitStamps: boolean;
  readonly scheduler: Scheduler;
  readonly carry: (payload: Uint8Array, to: Endpoint) => void;
  readonly closed: () => void;
}

export class LabUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  readonly stamps: StampClass;
  readonly #wiring: Wiring;
  readonly #onDatagram: ((datagram: Datagram) => void)[] = [];
  readonly #onSent: ((id: number, sent: Stamp) => void)[] = [];
  readonly #onNetworkError: ((error: Error) => void)[] = [];
  #sent = 0;
  #closed = false;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.local = wiring.local;
    this.stamps = wiring.stamps;
  }

  send(payload: Uint8Array, to?: Endpoint): { readonly id: number; readonly before: Stamp } {
    const target = to ?? this.#wiring.peer;
    if (this.#closed) throw new HubError('TH_NET_SEND', 'the socket is closed');
    if (target === undefined) throw new HubError('TH_NET_SEND', 'no address to send to');
    const id = this.#sent++;
    const { scheduler, stamp, stamps, transmitStamps } = this.#wiring;
    const before = stamp('user');
    this.#wiring.carry(payload, target);
    if (transmitStamps && stamps !== 'user') {
      const sent = stamp(stamps);
      scheduler.at(scheduler.nowNs, () => this.#report(id, sent));
    }
    return { id, before };
  }

  onDatagram(handler: (datagram: Datagram) => void): void {
    this.#onDatagram.push(handler);
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#onSent.push(handler);
  }

  onNetworkError(handler: (error: Error) => void): void {
    this.#onNetworkError.push(handler);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wiring.closed();
  }

  #report(id: number, sent: Stamp): void {
    if (this.#closed) return;
    for (const handler of this.#onSent) handler(id, sent);
  }

  arrive({ payload, from }: Arrival): void {
    const { peer } = this.#wiring;
    if (this.#closed || (peer !== undefined && (peer.address !== from.address || peer.port !== from.port))) return;
    const datagram = { payload, from, to: this.local.address, received: this.#wiring.stamp(this.stamps) };
    for (const handler of this.#onDatagram) handler(datagram);
  }

  /** Only a connected socket hears of them (RFC 1122 §4.1.3.3). */
  networkError(error: Error): void {
    if (this.#closed || this.#wiring.peer === undefined) return;
    for (const handler of this.#onNetworkError) handler(error);
  }
}
