import type { Network, Stamp, StampClass } from 'timehub/api';
import {
  type Destination,
  ETHERTYPE,
  EVENT_PORT,
  GENERAL_PORT,
  GROUP_IPV4,
  GROUP_MAC,
  groupIpv6,
  LINK_MAC,
  PEER_GROUP_IPV4,
  PEER_GROUP_IPV6,
  type Profile,
  SDO_8021AS,
} from 'timehub/protocol/ptp';
import { openTransmitWarmup, type TransmitWarmup } from './transmit-warmup.js';

/** Sends and receives the octets of one port, over UDP or Ethernet. */
export interface PortSocket {
  /** The best class of receive stamps. */
  readonly stamps: StampClass;
  /** Returns the number that identifies the transmit stamp of an event message. Throws `TH_NET_SEND`. */
  send(octets: Uint8Array, to: Destination, way: 'event' | 'general'): number;
  /** `octets` are valid during the call. */
  onOctets(handler: (octets: Uint8Array, from: string, received: Stamp) => void): void;
  onSent(handler: (id: number, sent: Stamp) => void): void;
  /** Called when the network reports that nothing listens at an address. Ethernet has no such reports. */
  onUnreachable(handler: (address: string) => void): void;
  close(): void;
}

export interface PortSocketOptions {
  readonly interface: string;
  readonly profile: Profile;
  readonly hardware: boolean;
  /** N of `phc:ptpN`, a virtual clock that stamps. */
  readonly hardwareClock?: number | undefined;
}

/** Throws the errors of the network: no such interface, no privilege, a port in use. */
export function openPortSocket(network: Network, options: PortSocketOptions): PortSocket {
  const socket = openTransport(network, options);
  return options.hardware ? socket : warmed(socket, openTransmitWarmup(network, options.profile.transport));
}

function openTransport(network: Network, options: PortSocketOptions): PortSocket {
  switch (options.profile.transport) {
    case 'l2':
      return overEthernet(network, options);
    case 'udp4':
      return overUdp(network, options, { family: 4, group: GROUP_IPV4, peers: PEER_GROUP_IPV4 });
    case 'udp6':
      return overUdp(network, options, { family: 6, group: groupIpv6('e'), peers: PEER_GROUP_IPV6 });
  }
}

const warmed = (socket: PortSocket, warmup: TransmitWarmup): PortSocket => ({
  ...socket,
  send(octets, to, way) {
    if (way === 'event') warmup.warm();
    return socket.send(octets, to, way);
  },
  close() {
    socket.close();
    warmup.close();
  },
});

/** IEEE 1588-2019 annex E. All messages of gPTP stay on the link (802.1AS-2020 §10.5.3). */
function overEthernet(
  network: Network,
  { interface: name, profile, hardware, hardwareClock }: PortSocketOptions,
): PortSocket {
  const isGptp = profile.sdoId === SDO_8021AS;
  const group = isGptp ? LINK_MAC : GROUP_MAC;
  const socket = network.ethernet({
    ...{ interface: name, etherType: ETHERTYPE, transmitStamps: true, hardwareStamps: hardware },
    ...(hardwareClock !== undefined && { hardwareClock }),
    groups: isGptp ? [LINK_MAC] : [GROUP_MAC, LINK_MAC],
  });
  const macOf = (to: Destination): string => (to === 'group' ? group : to === 'peers' ? LINK_MAC : to.address);
  return {
    stamps: socket.stamps,
    send: (octets, to) => socket.send(octets, macOf(to)).id,
    onOctets: (handler) => socket.onFrame(({ payload, from, received }) => handler(payload, from, received)),
    onSent: (handler) => socket.onSent(handler),
    onUnreachable: () => {},
    close: () => socket.close(),
  };
}

interface Groups {
  readonly family: 4 | 6;
  readonly group: string;
  readonly peers: string;
}

/** IEEE 1588-2019 annexes C and D: event messages have their own UDP port. */
function overUdp(
  network: Network,
  { interface: name, profile, hardware, hardwareClock }: PortSocketOptions,
  groups: Groups,
): PortSocket {
  const { family, group, peers } = groups;
  const { dscp } = profile;
  const open = (port: number, transmitStamps: boolean, codePoint: number | undefined) =>
    network.udp({
      ...{ interface: name, family, port, groups: [group, peers], reuse: true },
      ...{ transmitStamps, hardwareStamps: hardware && transmitStamps },
      ...(hardwareClock !== undefined && transmitStamps && { hardwareClock }),
      ...(codePoint === undefined ? {} : { dscp: codePoint }),
    });
  const event = open(EVENT_PORT, true, dscp?.event);
  const general = open(GENERAL_PORT, false, dscp?.general);
  const addressOf = (to: Destination): string => (to === 'group' ? group : to === 'peers' ? peers : to.address);
  return {
    stamps: event.stamps,
    send: (octets, to, way) =>
      way === 'event'
        ? event.send(family === 6 ? withRoom(octets) : octets, { address: addressOf(to), port: EVENT_PORT }).id
        : general.send(octets, { address: addressOf(to), port: GENERAL_PORT }).id,
    onOctets: (handler) => {
      for (const socket of [event, general]) {
        socket.onDatagram(({ payload, from, received }) => handler(payload, from.address, received));
      }
    },
    onSent: (handler) => event.onSent(handler),
    onUnreachable: (handler) => {
      for (const socket of [event, general]) {
        socket.onNetworkError((_error, to) => {
          if (to !== undefined) handler(to.address);
        });
      }
    },
    close: () => {
      event.close();
      general.close();
    },
  };
}

/** Appends two octets with which hardware corrects the UDP checksum (annex D.2). */
function withRoom(octets: Uint8Array): Uint8Array {
  const longer = new Uint8Array(octets.length + 2);
  longer.set(octets);
  return longer;
}
