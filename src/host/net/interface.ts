import { networkInterfaces } from 'node:os';
import type { ClockId, InterfaceStamps, NetworkInterface, ReceiveFilter } from '../../api/index.js';
import type { Native, NativeInterface } from '../native.js';
import { errorName, noInterface, succeeds } from './net-error.js';

/** netdevice(7): IFF_*. */
const UP = 0x1;
const RUNNING = 0x40;

/** linux/net_tstamp.h: SOF_TIMESTAMPING_*. */
const TX_HARDWARE = 1 << 0;
const TX_SOFTWARE = 1 << 1;
const RX_HARDWARE = 1 << 2;
const RX_SOFTWARE = 1 << 3;
const SOFTWARE = 1 << 4;
const RAW_HARDWARE = 1 << 6;

/** HWTSTAMP_FILTER_*, in the order of their numbers. */
export const RECEIVE_FILTERS: readonly ReceiveFilter[] = [
  'none',
  'all',
  'some',
  'ptpv1-l4-event',
  'ptpv1-l4-sync',
  'ptpv1-l4-delay-req',
  'ptpv2-l4-event',
  'ptpv2-l4-sync',
  'ptpv2-l4-delay-req',
  'ptpv2-l2-event',
  'ptpv2-l2-sync',
  'ptpv2-l2-delay-req',
  'ptpv2-event',
  'ptpv2-sync',
  'ptpv2-delay-req',
  'ntp-all',
];

/** `phc:ptp0` */
export const clockOf = (index: number): ClockId => `phc:ptp${index}`;

/** Reads an interface. Throws `TH_NET_INTERFACE` when none has that name. */
export function readInterface(native: Pick<Native, 'readInterface'>, name: string): NetworkInterface {
  const raw = ask(native, name);
  const up = (raw.flags & UP) !== 0;
  return {
    name,
    index: raw.index,
    mac: raw.mac,
    up,
    running: up && (raw.flags & RUNNING) !== 0,
    addresses: (networkInterfaces()[name] ?? []).map(({ address }) => address),
    ...(raw.clock >= 0 && { phc: { index: raw.clock, clock: clockOf(raw.clock) } }),
    stamps: stampsOf(raw),
  };
}

function ask(native: Pick<Native, 'readInterface'>, name: string): NativeInterface {
  try {
    return native.readInterface(name);
  } catch (error) {
    // The addon throws a TypeError for a name that is too long: no interface has it.
    if (error instanceof TypeError || errorName(error) === 'ENODEV') {
      throw noInterface(
        name,
        error,
        succeeds(() => native.readInterface(name)),
      );
    }
    throw error;
  }
}

function stampsOf({ stamps, receiveFilters }: NativeInterface): InterfaceStamps {
  const can = (mask: number): boolean => (stamps & mask) === mask;
  return {
    kernelTransmit: can(TX_SOFTWARE | SOFTWARE),
    kernelReceive: can(RX_SOFTWARE | SOFTWARE),
    hardwareTransmit: can(TX_HARDWARE | RAW_HARDWARE),
    hardwareReceive: can(RX_HARDWARE | RAW_HARDWARE)
      ? RECEIVE_FILTERS.filter((filter, bit) => filter !== 'none' && (receiveFilters & (1 << bit)) !== 0)
      : [],
  };
}
