import { isIPv6 } from 'node:net';

/** A connection or a stream that a peer holds. */
export interface Held {
  readonly peer: string;
  /** Monotonic time, ms, at which the peer last sent a complete request or had read all data. */
  readonly progressAt: number;
}

/** Returns the key by which the connections of a peer are counted: its IPv4 address or its IPv6 /64 network. */
export function peerKey(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv6(mapped) ? networkOf(mapped) : mapped;
}

/**
 * Returns the item to close for a newcomer: of the peer that holds most, the item that made no progress for longest. So a peer
 * that takes all places loses its own, and an idle peer loses to an active one. Undefined: nothing is held.
 */
export function toEvict<T extends Held>(held: Iterable<T>, newcomer: string): T | undefined {
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

/** Returns the first four groups of an IPv6 address without leading zeros. */
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
