import { type Endpoint, HubError, type Network, type UdpOptions, type UdpSocket } from 'timehub/api';
import { familyOf } from 'timehub/protocol/address';
import { EVENT_PORT, GENERAL_PORT } from 'timehub/protocol/ptp';
import type { Stamping } from 'timehub/toolkit';

/** The sockets of a client for one server. */
export interface ClientSockets {
  readonly event: UdpSocket;
  /** Receives Follow_Ups; without it they come to the event port too. */
  readonly general: UdpSocket | undefined;
  /** A sentence that says why the client does not ask from port 319 although it should, or ''. */
  readonly shortfall: string;
}

/** `ptp`: ask from ports 319 and 320. `any`: from a random port. */
export type PortChoice = 'ptp' | 'any';

const MEANINGS: Readonly<Record<string, string>> = {
  TH_NET_PORT_PRIVILEGE: 'ports 319 and 320 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=)',
  TH_NET_PORT_BUSY: 'another program has port 319 or 320',
  TH_NET_BUSY: 'another program has port 319 or 320',
};

/**
 * Opens ports 319 and 320, because some servers answer no other port; opens a random port if they are not available. Throws
 * the errors of `network.udp` that have another cause.
 */
export function openSockets(network: Network, peer: Endpoint, choice: PortChoice, stamping: Stamping): ClientSockets {
  const family = familyOf(peer.address);
  const anywhere = (shortfall: string): ClientSockets => ({
    event: network.udp({ ...stamping, peer, family }),
    general: undefined,
    shortfall,
  });
  if (choice === 'any') return anywhere('');
  try {
    return openPair(network, peer, { ...stamping, family });
  } catch (error) {
    const meaning = error instanceof HubError ? MEANINGS[error.code] : undefined;
    if (meaning === undefined) throw error;
    return anywhere(`asks from a random port, which some servers do not answer: ${meaning}`);
  }
}

/** Opens connected sockets: they receive datagrams of their server only, so that clients and a server can share the ports. */
function openPair(network: Network, peer: Endpoint, options: UdpOptions): ClientSockets {
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

export function closeSockets({ event, general }: ClientSockets): void {
  event.close();
  general?.close();
}
