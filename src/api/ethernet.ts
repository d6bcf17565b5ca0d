import type { StampOptions } from './stamp-options.js';
import type { Stamp, StampClass } from './time.js';

export interface EthernetOptions extends StampOptions {
  readonly interface: string;
  /** 0x0600..0xffff: 0x88f7 for PTP (IEEE 1588-2019 annex E). */
  readonly etherType: number;
  /** Group addresses to hear, `01:1b:19:00:00:00`. */
  readonly groups?: readonly string[];
}

/** A frame sent to this interface or to one of the groups. */
export interface Frame {
  /** What follows the EtherType, with whatever padding it came with. Valid during the call only: copy what must stay. */
  readonly payload: Uint8Array;
  /** `02:00:00:00:00:01` */
  readonly from: string;
  readonly to: string;
  readonly received: Stamp;
}

/**
 * A layer 2 socket: untagged and priority-tagged frames of one EtherType, without our own. It outlives a loss of carrier.
 * Closed with the instance that opened it.
 */
export interface EthernetSocket {
  /** The interface's own address. */
  readonly mac: string;
  /** The best class of receive stamp it can deliver. */
  readonly stamps: StampClass;
  /** As `UdpSocket.send`. The payload is sent as it is: padding is the hardware's. */
  send(payload: Uint8Array, to: string): { readonly id: number; readonly before: Stamp };
  onFrame(handler: (frame: Frame) => void): void;
  /** The transmit stamp of frame `id`. May come after the reply, or never. */
  onSent(handler: (id: number, sent: Stamp) => void): void;
  close(): void;
}
