import type { Claims } from '../../api/index.js';
import { hostOf, mayMean, refidOfHost, scopeOf, upstreamOf } from '../origin/address-scope.js';
import { statedStratum } from '../tracks/stratum.js';

/** The dependence of a source on the others and on this hub. */
export interface Dependence {
  /** Sources of one group share an origin and count once. */
  readonly group: string;
  /** Ids of the sources that this one follows, directly or through others, the nearest first. */
  readonly leaders: readonly string[];
  /** Why its time is this hub's own; undefined if it is not. */
  readonly ours: string | undefined;
}

export const INDEPENDENT: Dependence = { group: '', leaders: [], ours: undefined };

interface Claimant {
  readonly id: string;
  readonly claims: Claims;
}

/**
 * Returns the dependence of each source, by id, from its claims: sources that share an origin (the same address, the same
 * reference, or one follows the other) form a group, so that one upstream counts once; some follow another source; some follow
 * this hub through others.
 */
export function dependencesOf(sources: Iterable<Claimant>): Map<string, Dependence> {
  const all = [...sources];
  const above = new Map(all.map((source) => [source.id, all.filter((other) => follows(source, other, all))]));
  const groups = groupsOf(all, above);
  return new Map(
    all.map((source) => [
      source.id,
      { group: groups.get(source.id)!, leaders: leadersOf(source, above), ours: oursOf(source, above) },
    ]),
  );
}

/** Returns true if no dependence differs between a source with these claims and one with the others. */
export const haveSameOrigin = (a: Claims, b: Claims): boolean =>
  a === b ||
  (a.address === b.address &&
    a.parent === b.parent &&
    a.reference === b.reference &&
    a.ours === b.ours &&
    a.stratum === b.stratum &&
    statedStratum(a) === statedStratum(b));

type Above = ReadonlyMap<string, readonly Claimant[]>;

/** Returns true when the source names another one as its server. A loopback address of several sources names none of them. */
function follows({ id, claims }: Claimant, other: Claimant, all: readonly Claimant[]): boolean {
  const upstream = upstreamOf(claims);
  const host = hostOf(other.claims.address);
  if (id === other.id || upstream === undefined || host === undefined || refidOfHost(host) !== upstream) return false;
  if (!mayMean(host, hostOf(claims.address))) return false;
  return scopeOf(host) !== 'loopback' || new Set(all.filter(isAt(host)).map(addressOf)).size === 1;
}

const addressOf = ({ claims }: Claimant): string | undefined => claims.address;

const isAt =
  (host: string) =>
  ({ claims }: Claimant): boolean =>
    hostOf(claims.address) === host;

/** Returns the chain of sources with ever lower strata: of two that name each other only one leads. */
function leadersOf(source: Claimant, above: Above): readonly string[] {
  const leaders: Claimant[] = [];
  climb(source, above, leaders);
  for (let i = 0; i < leaders.length; i++) climb(leaders[i]!, above, leaders);
  return leaders.filter(({ id }) => id !== source.id).map(({ id }) => id);
}

function climb(source: Claimant, above: Above, leaders: Claimant[]): void {
  for (const other of above.get(source.id)!)
    if (statedStratum(other.claims) < statedStratum(source.claims) && !leaders.includes(other)) leaders.push(other);
}

function oursOf(source: Claimant, above: Above): string | undefined {
  if (source.claims.ours !== undefined) return source.claims.ours;
  const seen = new Set([source]);
  for (const one of seen)
    for (const other of above.get(one.id)!) {
      if (other.claims.ours !== undefined) return `it follows ${other.id}, whose time is this hub's own`;
      seen.add(other);
    }
  return undefined;
}

function groupsOf(sources: readonly Claimant[], above: Above): ReadonlyMap<string, string> {
  const parent = new Map(sources.map(({ id }) => [id, id]));
  const owner = new Map<string, string>();
  const root = (id: string): string => {
    const up = parent.get(id)!;
    return up === id ? id : root(up);
  };
  for (const { id, claims } of sources) {
    for (const origin of [machineOf(claims.address), originOf(claims)]) {
      if (origin === undefined) continue;
      const first = owner.get(origin);
      if (first === undefined) owner.set(origin, id);
      else parent.set(root(id), root(first));
    }
    for (const leader of above.get(id)!) parent.set(root(id), root(leader.id));
  }
  return new Map(sources.map(({ id }) => [id, root(id)]));
}

/**
 * Returns the machine of an address claim. Two ports are one machine, except on the loopback, where forwarders and test benches
 * put different servers side by side.
 */
function machineOf(address: string | undefined): string | undefined {
  const host = hostOf(address);
  return host === undefined ? undefined : `at ${isLoopback(host) ? address : host}`;
}

/**
 * Returns the reference of a source if that is an identity: an address or a grandmaster's EUI-64. Words such as GPS or PPS name
 * a kind of reference, which thousands of independent servers share (RFC 5905 figure 12), and 127.x is the server's own clock.
 */
function originOf(claims: Claims): string | undefined {
  const upstream = upstreamOf(claims);
  if (upstream !== undefined && !upstream.startsWith('127.')) return `of ${upstream}`;
  const { reference = '', stratum } = claims;
  return stratum !== 0 && stratum !== 1 && IDENTITY.test(reference) ? `of ${reference}` : undefined;
}

const IDENTITY = /^[0-9a-f]{2}([-.:]?[0-9a-f]{2}){7}$/i;

const isLoopback = (host: string): boolean => scopeOf(host) === 'loopback' || host === 'localhost';
