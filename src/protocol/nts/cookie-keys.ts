import { createHash, hkdfSync } from 'node:crypto';
import type { CookieKey, CookieKeys } from './cookie.js';

/** Days for which a key is accepted after its own day: clients ask every 36 h at the least (MAXPOLL of RFC 5905). */
const DAYS_AFTER = 7;
/** A server of the fleet whose clock is behind accepts keys of the next day. */
const DAYS_BEFORE = 1;
const KEY_OCTETS = 32;
/** Octets of the shortest secret. */
export const SHORTEST_SECRET = 32;

interface Secret {
  readonly octets: Uint8Array;
  /** Upper half of the ids of its keys. */
  readonly prefix: number;
}

/**
 * Keys that all servers of a fleet derive from a secret, one for each day (UTC): they accept each other's cookies and exchange
 * nothing. The first secret makes new cookies; cookies of the others are still accepted.
 */
export class FleetCookieKeys implements CookieKeys {
  readonly #secrets: readonly Secret[];
  readonly #today: () => number;
  readonly #derived = new Map<number, CookieKey>();

  /** `secrets`: at least one, of `SHORTEST_SECRET` octets or more. `today`: returns days since 1970-01-01. */
  constructor(secrets: readonly Uint8Array[], today: () => number) {
    this.#secrets = secrets.map((octets) => ({ octets, prefix: new DataView(expand(octets, 'id', 2)).getUint16(0) }));
    this.#today = today;
  }

  get current(): CookieKey {
    return this.#of(this.#secrets[0]!, this.#today());
  }

  find(id: number): CookieKey | undefined {
    const day = id & 0xffff;
    const age = this.#today() - day;
    if (age > DAYS_AFTER || age < -DAYS_BEFORE) return undefined;
    const secret = this.#secrets.find(({ prefix }) => prefix === id >>> 16);
    return secret && this.#of(secret, day);
  }

  #of(secret: Secret, day: number): CookieKey {
    const id = ((secret.prefix << 16) | (day & 0xffff)) >>> 0;
    let key = this.#derived.get(id);
    if (key === undefined) {
      if (this.#derived.size > this.#secrets.length * (DAYS_AFTER + DAYS_BEFORE + 1)) this.#derived.clear();
      key = { id, key: new Uint8Array(expand(secret.octets, `cookie key of day ${day}`, KEY_OCTETS)) };
      this.#derived.set(id, key);
    }
    return key;
  }
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

/** Random keys of a single server: a new one each period, and the last seven. An old key is gone for good when it is dropped. */
export class RotatedCookieKeys implements CookieKeys {
  readonly #periodS: number;
  readonly #random: (octets: number) => Uint8Array;
  #keys: readonly StoredCookieKey[];

  /** `saved`: keys of an earlier run, the newest first. */
  constructor(periodS: number, random: (octets: number) => Uint8Array, saved: readonly StoredCookieKey[] = []) {
    this.#periodS = periodS;
    this.#random = random;
    this.#keys = saved.slice(0, 1 + DAYS_AFTER);
  }

  /** Makes a new key if the newest is a period old, or from the future by more than that. Returns true if it did. */
  rotate(nowS: number): boolean {
    const newest = this.#keys[0];
    if (newest !== undefined && Math.abs(nowS - newest.madeAt) < this.#periodS) return false;
    const id = new DataView(Uint8Array.from(this.#random(4)).buffer).getUint32(0);
    const key = Uint8Array.from(this.#random(KEY_OCTETS));
    this.#keys = [{ id, key, madeAt: nowS }, ...this.#keys.filter((old) => old.id !== id)].slice(0, 1 + DAYS_AFTER);
    return true;
  }

  /** To be saved, the newest first. */
  get keys(): readonly StoredCookieKey[] {
    return this.#keys;
  }

  get current(): CookieKey {
    return this.#keys[0]!;
  }

  find(id: number): CookieKey | undefined {
    return this.#keys.find((key) => key.id === id);
  }
}
