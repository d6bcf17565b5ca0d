import {
  type EthernetOptions,
  type EthernetSocket,
  type Frame,
  HubError,
  type Stamp,
  type StampClass,
} from '../../api/index.js';
import type { Packet, SegmentPort } from './segment.js';
import { type Transmission, Transmitter } from './transmit-stamps.js';

/** A socket for frames of one EtherType on a simulated interface. Frames are not padded. */
export class LabEthernetSocket implements EthernetSocket {
  readonly mac: string;
  readonly stamps: StampClass;
  readonly #port: SegmentPort;
  readonly #options: EthernetOptions;
  readonly #transmission: Transmission;
  readonly #transmitter: Transmitter;
  readonly #deafen: () => void;
  readonly #onFrame: ((frame: Frame) => void)[] = [];
  #closed = false;

  constructor(port: SegmentPort, options: EthernetOptions, transmission: Transmission) {
    this.mac = port.mac;
    this.stamps = transmission.stamps;
    this.#port = port;
    this.#options = options;
    this.#transmission = transmission;
    this.#transmitter = new Transmitter(transmission);
    this.#deafen = port.listen((packet) => this.#hear(packet));
  }

  send(payload: Uint8Array, to: string): { readonly id: number; readonly before: Stamp } {
    if (this.#closed) throw new HubError('TH_NET_SEND', 'the socket is closed');
    const { etherType } = this.#options;
    return this.#transmitter.send(() =>
      this.#port.send({ kind: 'frame', etherType, payload, from: this.mac, to: to.toLowerCase() }),
    );
  }

  onFrame(handler: (frame: Frame) => void): void {
    this.#onFrame.push(handler);
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#transmitter.onSent(handler);
  }

  close(): void {
    this.#closed = true;
    this.#deafen();
    this.#transmitter.close();
  }

  #hear(packet: Packet): void {
    const { etherType, groups = [] } = this.#options;
    if (packet.kind !== 'frame' || packet.etherType !== etherType) return;
    const { payload, from, to } = packet;
    if (to !== this.mac && !groups.some((group) => group.toLowerCase() === to)) return;
    const received = this.#transmission.stamp(this.stamps);
    for (const handler of this.#onFrame) handler({ payload, from, to, received });
  }
}
