import { isIPv6 } from 'node:net';

/** Something that a peer holds: a connection, a stream. */
export interface Held {
  readonly peer: string;
  /** The time at which the peer last sent a whole request or took all that was sent to it: monotonic, ms. */
  readonly progressAt: number;
}

/** The key under which the connections of one peer are counted: its IPv4 address, or the /64 network of its IPv6 address. */
export function peerKey(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(mapped) ? networkOf(mapped) : mapped;
}

/**
 * Returns what gives way to a newcomer: of the peer that holds most, the one without progress for longest. So a peer that
 * takes all places loses its own, and one that is idle loses to one that is not. Undefined: nothing is held.
 */
export function givesWay<T extends Held>(held: Iterable<T>, newcomer: string): T | undefined {
  const all = [...held];
  const counts = countByPeer(all);
  counts.set(newcomer, (counts.get(newcomer) ?? 0) + 1);
  const most = Math.max(...all.map(({ peer }) => counts.get(peer)!));
  return all
    .filter(({ peer }) => counts.get(peer) === most)
    .reduce<T | undefined>(
      (longest, one) => (longest === undefined || one.progressAt < longest.progressAt ? one : longest),
      undefined,
    );
}

export function countByPeer(held: Iterable<Held>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { peer } of held) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  return counts;
}

/** The first four groups of an IPv6 address, leading zeros left out. */
function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
