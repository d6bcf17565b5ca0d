import { type Endpoint, HubError, type Network, type UdpOptions, type UdpSocket } from 'timehub/api';
import { familyOf } from 'timehub/protocol/address';
import { EVENT_PORT, GENERAL_PORT } from 'timehub/protocol/ptp';
import type { Stamping } from './stamping.js';

/** The sockets of a client towards one server. */
export interface Ports {
  readonly event: UdpSocket;
  /** For Follow_Ups; without it they come to the event port, too. */
  readonly general: UdpSocket | undefined;
  /** Why it does not ask from PTP's own port, where it should; a sentence. */
  readonly shortfall: string;
}

/** PTP's ports, or any. */
export type PortWish = 'ptp' | 'any';

const MEANINGS: Readonly<Record<string, string>> = {
  TH_NET_PORT_PRIVILEGE: 'ports 319 and 320 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)',
  TH_NET_PORT_BUSY: 'another program has port 319 or 320',
  TH_NET_BUSY: 'another program has port 319 or 320',
};

/**
 * From port 319, which some servers insist on, with 320 beside it; from a port of chance where those cannot be had. Throws
 * what `network.udp` throws for other reasons.
 */
export function openPorts(network: Network, peer: Endpoint, wish: PortWish, stamping: Stamping): Ports {
  const family = familyOf(peer.address);
  const anywhere = (shortfall: string): Ports => ({
    event: network.udp({ ...stamping, peer, family }),
    general: undefined,
    shortfall,
  });
  if (wish === 'any') return anywhere('');
  try {
    return openPair(network, peer, { ...stamping, family });
  } catch (error) {
    const meaning = error instanceof HubError ? MEANINGS[error.code] : undefined;
    if (meaning === undefined) throw error;
    return anywhere(`asks from a port of chance, which some servers do not answer: ${meaning}`);
  }
}

/** Connected, each hears its own server alone: several clients, and a server, share the ports. */
function openPair(network: Network, peer: Endpoint, options: UdpOptions): Ports {
  const event = network.udp({ ...options, peer, port: EVENT_PORT, reuse: true });
  try {
    const { transmitStamps, hardwareStamps, ...plain } = options;
    const from = { address: peer.address, port: peer.port + 1 };
    const general = network.udp({ ...plain, peer: from, port: GENERAL_PORT, reuse: true });
    return { event, general, shortfall: '' };
  } catch (error) {
    event.close();
    throw error;
  }
}

export function closePorts({ event, general }: Ports): void {
  event.close();
  general?.close();
}
