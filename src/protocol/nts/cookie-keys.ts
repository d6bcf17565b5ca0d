import { createHash, hkdfSync } from 'node:crypto';
import type { CookieKey, CookieKeys } from './cookie.js';

/** Days for which a key is accepted after its own day: the oldest of eight cookies of a client that asks every 36 h (MAXPOLL). */
const DAYS_AFTER = 13;
/** A server of the fleet whose clock is behind accepts keys of the next day. */
const DAYS_BEFORE = 1;
const KEY_OCTETS = 32;
/** Octets of the shortest secret. */
export const SHORTEST_SECRET = 32;

/** The keys of one moment, the one for new cookies first, as plain data that another thread can have. */
export class CookieKeySet implements CookieKeys {
  readonly current: CookieKey;
  readonly #byId: ReadonlyMap<number, CookieKey>;

  /** `keys`: at least one. */
  constructor(keys: readonly CookieKey[]) {
    this.current = keys[0]!;
    this.#byId = new Map(keys.map((key) => [key.id, key]));
  }

  find(id: number): CookieKey | undefined {
    return this.#byId.get(id);
  }
}

/**
 * Returns the keys that all servers of a fleet derive from their secrets, one for each day (UTC): they accept each other's cookies
 * and exchange nothing. The first secret makes new cookies; cookies of the others are still accepted. `secrets`: at least one, of
 * `SHORTEST_SECRET` octets or more. `today`: days since 1970-01-01.
 */
export function fleetKeys(secrets: readonly Uint8Array[], today: number): readonly CookieKey[] {
  const days = Array.from({ length: DAYS_AFTER + 1 + DAYS_BEFORE }, (_, i) => today + DAYS_BEFORE - i);
  // That of today comes first.
  const ordered = [today, ...days.filter((day) => day !== today)];
  return secrets.flatMap((secret) => ordered.map((day) => keyOfDay(secret, day)));
}

function keyOfDay(secret: Uint8Array, day: number): CookieKey {
  const prefix = new DataView(expand(secret, 'id', 2)).getUint16(0);
  const id = ((prefix << 16) | (day & 0xffff)) >>> 0;
  return { id, key: new Uint8Array(expand(secret, `cookie key of day ${day}`, KEY_OCTETS)) };
}

/** Returns a text by which operators compare secrets; it reveals nothing about them. */
export const fingerprintOf = (secret: Uint8Array): string =>
  createHash('sha256')
    .update(new Uint8Array(expand(secret, 'fingerprint', KEY_OCTETS)))
    .digest('hex')
    .slice(0, 16);

/** HKDF with SHA-256 (RFC 5869). */
const expand = (secret: Uint8Array, purpose: string, octets: number): ArrayBuffer =>
  hkdfSync('sha256', secret, '', `timehub nts ${purpose}`, octets);

/** A key of a single server as it is saved. */
export interface StoredCookieKey extends CookieKey {
  /** Wall time at which it was made, s since 1970. */
  readonly madeAt: number;
}

/**
 * Returns the random keys of a single server: a new one each period, and the last thirteen. `keys`: those of before, the newest first.
 * The same array if the newest is younger than a period. A key that is dropped is gone for good, and with it what it sealed.
 */
export function rotated(
  keys: readonly StoredCookieKey[],
  nowS: number,
  periodS: number,
  random: (octets: number) => Uint8Array,
): readonly StoredCookieKey[] {
  const [newest] = keys;
  // A key of the future was made while the clock was wrong.
  if (newest !== undefined && Math.abs(nowS - newest.madeAt) < periodS) return keys;
  const id = new DataView(Uint8Array.from(random(4)).buffer).getUint32(0);
  const made = { id, key: Uint8Array.from(random(KEY_OCTETS)), madeAt: nowS };
  return [made, ...keys.filter((old) => old.id !== id)].slice(0, 1 + DAYS_AFTER);
}
