import type { ClockId } from './time.js';

/** Received frames that a network interface stamps in hardware, in the words of ethtool(8). */
export type ReceiveFilter =
  | 'none'
  | 'all'
  | 'some'
  | `ptpv1-l4-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-l4-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-l2-${'event' | 'sync' | 'delay-req'}`
  | `ptpv2-${'event' | 'sync' | 'delay-req'}`
  | 'ntp-all';

/** A network interface at the time of the call. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Empty if it is not Ethernet. */
  readonly mac: string;
  /** Administratively up. */
  readonly up: boolean;
  /** Up and with a carrier. */
  readonly running: boolean;
  readonly addresses: readonly string[];
  /** Its hardware clock, if it has one. */
  readonly phc?: { readonly index: number; readonly clock: ClockId };
  /** The stamps that it can make. */
  readonly stamps: InterfaceStamps;
}

export interface InterfaceStamps {
  readonly kernelTransmit: boolean;
  readonly kernelReceive: boolean;
  readonly hardwareTransmit: boolean;
  /** Without `none`: empty if there are no hardware stamps. */
  readonly hardwareReceive: readonly ReceiveFilter[];
}

export interface LinkWatch {
  close(): void;
}
