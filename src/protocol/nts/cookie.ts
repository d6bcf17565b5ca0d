import { AES_SIV_CMAC_256, NTS_CIPHERS, TAG_OCTETS } from './aead.js';
import type { NtsKeys } from './ke-keys.js';

/** A key under which the server seals cookies. */
export interface CookieKey {
  /** 32 bits, in clear in each cookie. */
  readonly id: number;
  /** A key of AES-SIV-CMAC-256. */
  readonly key: Uint8Array;
}

/** The keys of a server, or of all servers of a fleet. */
export interface CookieKeys {
  /** The key for new cookies. */
  readonly current: CookieKey;
  /** Returns a key that is still, or already, accepted. */
  find(id: number): CookieKey | undefined;
}

const ID = 4;
const SEAL = AES_SIV_CMAC_256;
const HEAD = ID + SEAL.nonceOctets;

/** Returns the length of the cookies of a cipher, octets: 100 or 68. */
export const cookieOctets = (keyOctets: number): number => HEAD + TAG_OCTETS + 2 * keyOctets;

/**
 * Returns a cookie: key id, nonce, and the keys of the association under the server's key, so that the server keeps nothing
 * (RFC 8915 §6). `nonce`: 16 unpredictable octets.
 */
export function sealCookie({ cipher, c2s, s2c }: NtsKeys, { id, key }: CookieKey, nonce: Uint8Array): Uint8Array {
  const cookie = new Uint8Array(cookieOctets(cipher.keyOctets));
  new DataView(cookie.buffer).setUint32(0, id);
  cookie.set(nonce, ID);
  const plaintext = new Uint8Array(2 * cipher.keyOctets);
  plaintext.set(c2s);
  plaintext.set(s2c, cipher.keyOctets);
  cookie.set(SEAL.seal(key, nonce, cookie.subarray(0, ID), plaintext), HEAD);
  return cookie;
}

/** Returns the keys in a cookie; undefined if its key is not accepted, or it is not authentic. The length names the cipher. */
export function openCookie(cookie: Uint8Array, keys: CookieKeys): NtsKeys | undefined {
  const cipher = NTS_CIPHERS.find(({ keyOctets }) => cookieOctets(keyOctets) === cookie.length);
  if (cipher === undefined) return undefined;
  const id = new DataView(cookie.buffer, cookie.byteOffset).getUint32(0);
  const key = keys.find(id);
  const plaintext = key && SEAL.open(key.key, cookie.subarray(ID, HEAD), cookie.subarray(0, ID), cookie.subarray(HEAD));
  if (plaintext === undefined) return undefined;
  return { cipher, c2s: plaintext.slice(0, cipher.keyOctets), s2c: plaintext.slice(cipher.keyOctets) };
}
