import { HubError, type Network, type PdelayResponder } from 'timehub/api';
import {
  blankPdelayAnswers,
  cmldsEnvelope,
  ETHERTYPE,
  EVENT_PORT,
  encode,
  envelopeOf,
  LINK_MAC,
  type Message,
  PEER_GROUP_IPV4,
  PEER_GROUP_IPV6,
  type PortSettings,
} from 'timehub/protocol/ptp';
import type { PortSocketOptions } from './port-socket.js';

const MAX_OCTETS = 64;
/** Octets after an event message over IPv6 (annex D.2). */
const ROOM = 2;

/**
 * Opens a thread that answers the neighbour's requests to the group, for the service that the port itself uses. The event
 * loop does not always answer within the 10 ms that the neighbour waits (802.1AS-2020 §B.2.3). Returns undefined if there is
 * no thread: the port must answer.
 */
export function openPdelayThread(
  network: Network,
  options: PortSocketOptions,
  settings: Omit<PortSettings, 'peerDelay'>,
): PdelayResponder | undefined {
  const { delay } = settings.profile;
  if (delay === 'e2e') return undefined;
  const own = envelopeOf(settings);
  const [response, followUp] = blankPdelayAnswers(delay === 'common-p2p' ? cmldsEnvelope(own) : own);
  const { egressNs, ingressNs } = settings.latencies;
  const isIpv6 = settings.profile.transport === 'udp6';
  const answers = {
    response: octetsOf(response, isIpv6 ? ROOM : 0),
    followUp: octetsOf(followUp),
    egressNs,
    ingressNs,
  };
  try {
    return network.pdelayResponder({ ...placeOf(options), ...answers });
  } catch (error) {
    // Ignored: the port reports the same fault when it opens its socket, or answers itself.
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

function placeOf({ interface: name, profile, hardware, hardwareClock }: PortSocketOptions) {
  const stamps = {
    transmitStamps: true,
    hardwareStamps: hardware,
    ...(hardwareClock !== undefined && { hardwareClock }),
  };
  if (profile.transport === 'l2') {
    const socket = { over: 'ethernet', interface: name, etherType: ETHERTYPE, groups: [LINK_MAC], ...stamps } as const;
    return { socket, group: LINK_MAC };
  }
  const group = profile.transport === 'udp4' ? PEER_GROUP_IPV4 : PEER_GROUP_IPV6;
  const dscp = profile.dscp?.event;
  const address = profile.transport === 'udp4' ? group : `${group}%${name}`;
  const own = { over: 'udp', interface: name, address, port: EVENT_PORT, groups: [group], reuse: true } as const;
  return { socket: { ...own, ...stamps, ...(dscp === undefined ? {} : { dscp }) }, group };
}

function octetsOf(message: Message, room = 0): Uint8Array {
  const octets = new Uint8Array(MAX_OCTETS);
  return octets.slice(0, encode(message, octets) + room);
}
