import type { Network, UdpSocket } from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import type { Stamping } from 'timehub/toolkit';
import { PendingFollowUps } from './pending-follow-ups.js';

/** The two sockets of a server at one own address. */
export interface ServerSockets {
  readonly event: UdpSocket;
  /** Sends Follow_Ups. */
  readonly general: UdpSocket;
  readonly pending: PendingFollowUps;
}

/**
 * Opens the sockets at an own address. Ports 319 and 320 are shared with the sources of this hub and with other PTP programs;
 * other ports are not shared. `onLost` is called for each Sync whose transmit stamp does not come.
 */
export function openServerSockets(
  network: Network,
  { host, port }: Server,
  stamping: Stamping,
  onLost: () => void,
): ServerSockets {
  const shared = port === EVENT_PORT ? { reuse: true } : {};
  const own = stamping.interface === undefined ? {} : { interface: stamping.interface };
  const event = network.udp({ ...stamping, ...shared, address: host, port });
  try {
    const general = network.udp({ ...own, ...shared, address: host, port: port + 1 });
    return { event, general, pending: new PendingFollowUps(onLost) };
  } catch (error) {
    event.close();
    throw error;
  }
}

export function closeServerSockets({ event, general }: ServerSockets): void {
  event.close();
  general.close();
}
