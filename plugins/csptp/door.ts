import type { Network, UdpSocket } from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { Awaiting } from './awaiting.js';
import type { Stamping } from './stamping.js';

/** The two sockets of a server at one own address. */
export interface Door {
  readonly event: UdpSocket;
  /** Sends Follow_Ups. */
  readonly general: UdpSocket;
  readonly awaiting: Awaiting;
}

/** PTP's own ports are shared with the sources of this hub and other PTP programs; any other is this server's alone. */
export function openDoor(network: Network, { host, port }: Server, stamping: Stamping, onLost: () => void): Door {
  const shared = port === EVENT_PORT ? { reuse: true } : {};
  const own = stamping.interface === undefined ? {} : { interface: stamping.interface };
  const event = network.udp({ ...stamping, ...shared, address: host, port });
  try {
    const general = network.udp({ ...own, ...shared, address: host, port: port + 1 });
    return { event, general, awaiting: new Awaiting(onLost) };
  } catch (error) {
    event.close();
    throw error;
  }
}

export function closeDoor({ event, general }: Door): void {
  event.close();
  general.close();
}
