import type { StampOptions } from './stamp-options.js';
import type { Stamp, StampClass } from './time.js';

export interface EthernetOptions extends StampOptions {
  readonly interface: string;
  /** 0x0600..0xffff: 0x88f7 for PTP (IEEE 1588-2019 annex E). */
  readonly etherType: number;
  /** Multicast addresses to receive: `01:1b:19:00:00:00`. */
  readonly groups?: readonly string[];
}

/** A frame sent to this interface or to one of the groups. */
export interface Frame {
  /** Octets after the EtherType, padding included. Valid only during the call. */
  readonly payload: Uint8Array;
  /** `02:00:00:00:00:01` */
  readonly from: string;
  readonly to: string;
  readonly received: Stamp;
}

/**
 * A layer 2 socket for untagged and priority-tagged frames of one EtherType; own frames are not received. It survives a loss of
 * carrier, and is closed with the instance that opened it.
 */
export interface EthernetSocket {
  /** The interface's own address. */
  readonly mac: string;
  /** Best class of receive stamp that it can deliver. */
  readonly stamps: StampClass;
  /** Same as `UdpSocket.send`. The payload is sent unchanged; the hardware pads it. */
  send(payload: Uint8Array, to: string): { readonly id: number; readonly before: Stamp };
  onFrame(handler: (frame: Frame) => void): void;
  /** Reports the transmit stamp of frame `id`, possibly after the reply, or never. */
  onSent(handler: (id: number, sent: Stamp) => void): void;
  close(): void;
}
