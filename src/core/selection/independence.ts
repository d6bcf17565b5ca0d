import type { Claims } from '../../api/index.js';

/**
 * Sorts sources into groups that share an origin, so that one upstream counts once however many names it has: the same
 * address, the same reference, or one that follows another. Answers a group name for each id.
 */
export function independentGroups(
  sources: Iterable<{ readonly id: string; readonly claims: Claims }>,
): Map<string, string> {
  const ids: string[] = [];
  const parent = new Map<string, string>();
  const owner = new Map<string, string>();
  const root = (id: string): string => {
    const up = parent.get(id)!;
    return up === id ? id : root(up);
  };
  for (const { id, claims } of sources) {
    ids.push(id);
    parent.set(id, id);
    for (const origin of [placeOf(claims.address), upstreamOf(claims)]) {
      if (origin === undefined) continue;
      const first = owner.get(origin);
      if (first === undefined) owner.set(origin, id);
      else parent.set(root(id), root(first));
    }
  }
  return new Map(ids.map((id) => [id, root(id)]));
}

/**
 * The machine behind an address claim `host`, `host:port` or `[v6]:port`: two ports of one machine are one machine. Only on
 * the loopback, where forwarders and test benches put different servers side by side, the port makes the difference.
 */
function placeOf(address: string | undefined): string | undefined {
  if (address === undefined || address === '') return undefined;
  const host = hostOf(address);
  return isLoopback(host) ? address : host;
}

/**
 * What the source itself follows, where that is an identity: an address or a grandmaster's EUI-64. Words such as GPS or PPS
 * name a kind of reference, which thousands of independent servers share (RFC 5905 figure 12), and 127.x is its own clock.
 */
function upstreamOf({ reference, stratum }: Claims): string | undefined {
  if (reference === undefined || stratum === 0 || stratum === 1) return undefined;
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(reference) || reference.includes(':');
  const isIdentity = /^[0-9a-f]{2}([-.:]?[0-9a-f]{2}){7}$/i.test(reference);
  if (!isAddress && !isIdentity) return undefined;
  return isLoopback(reference) || reference === '0.0.0.0' ? undefined : reference;
}

function hostOf(address: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(address);
  if (bracketed !== null) return bracketed[1]!;
  const parts = address.split(':');
  return parts.length === 2 ? parts[0]! : address;
}

const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1' || host === 'localhost';
