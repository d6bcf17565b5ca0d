import { isIPv4, isIPv6 } from 'node:net';
import {
  ACCURACY_UNKNOWN,
  type DataSet,
  NO_CLOCK,
  type PortAddress,
  type ReceiverView,
  UNICAST_STATES_NP,
  VARIANCE_UNKNOWN,
} from 'timehub/protocol/ptp';

/** networkProtocol (IEEE 1588-2019 table 3). */
const UDP_IPV4 = 1;
const UDP_IPV6 = 2;
const ETHERNET = 3;

const UNKNOWN = { clockClass: 248, accuracy: ACCURACY_UNKNOWN, variance: VARIANCE_UNKNOWN };

/** Returns the timeTransmitter of which unicast messages are requested, with the progress (UNICAST_MASTER_TABLE_NP). */
export function unicastMasterTable(
  { parent, lastSync }: ReceiverView,
  from: string,
): DataSet<'unicast-master-table-np'> {
  const followed = parent?.from === from ? parent.announce : undefined;
  const state = followed === undefined ? 'wait' : lastSync === undefined ? 'need-sync' : 'have-sync';
  return {
    masters: [
      {
        port: followed?.header.source ?? { clock: NO_CLOCK, port: 0 },
        quality: followed?.quality ?? UNKNOWN,
        selected: Number(followed !== undefined),
        state: UNICAST_STATES_NP[state],
        priority1: followed?.priority1 ?? 0,
        priority2: followed?.priority2 ?? 0,
        address: portAddressOf(from),
      },
    ],
  };
}

/** Converts an address as the transport writes it. */
export function portAddressOf(text: string): PortAddress {
  if (isIPv4(text)) return { protocol: UDP_IPV4, address: Uint8Array.from(text.split('.'), Number) };
  const [address] = text.split('%');
  if (isIPv6(address!)) return { protocol: UDP_IPV6, address: octetsOfIpv6(address!) };
  return { protocol: ETHERNET, address: Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16)) };
}

/** RFC 4291 §2.2: `::` stands for all missing groups of zeros. */
function octetsOfIpv6(text: string): Uint8Array {
  const [head, tail] = text.split('::').map((part) => (part === '' ? [] : part.split(':').flatMap(groupsOf)));
  const groups = [...head!, ...Array<number>(8 - head!.length - (tail?.length ?? 0)).fill(0), ...(tail ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** An IPv4 address as the last part makes two groups. */
function groupsOf(part: string): number[] {
  if (!isIPv4(part)) return [Number.parseInt(part, 16)];
  const [a, b, c, d] = part.split('.').map(Number);
  return [(a! << 8) | b!, (c! << 8) | d!];
}
