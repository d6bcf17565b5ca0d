import type { ClockId } from './time.js';

/** What received frames a network interface stamps in hardware, in the words of ethtool(8). */
export type ReceiveFilter =
  | 'none'
  | 'all'
  | 'some'
  | `ptpv1-l4-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-l4-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-l2-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-${'event' | 'sync' | 'delay-req'}`
  | 'ntp-all';

/** A network interface as it was when it was asked for. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Empty where it is no Ethernet. */
  readonly mac: string;
  /** Switched on by the administrator. */
  readonly up: boolean;
  /** Up, and the other end of the wire answers. */
  readonly running: boolean;
  readonly addresses: readonly string[];
  /** Its hardware clock. */
  readonly phc?: { readonly index: number; readonly clock: ClockId };
  /** The stamps that it can make. */
  readonly stamps: InterfaceStamps;
}

export interface InterfaceStamps {
  readonly kernelTransmit: boolean;
  readonly kernelReceive: boolean;
  readonly hardwareTransmit: boolean;
  /** `none` is left out: empty without hardware stamps. */
  readonly hardwareReceive: readonly ReceiveFilter[];
}

export interface LinkWatch {
  close(): void;
}
