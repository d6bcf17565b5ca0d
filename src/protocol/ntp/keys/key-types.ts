import { createHash, createHmac } from 'node:crypto';
import { AesCmac } from './aes-cmac.js';

/** Writes the first `octets` octets of the MAC of `message[0..length]` to `out` at `at`. */
export type WriteMac = (message: Uint8Array, length: number, out: Uint8Array, at: number, octets: number) => void;

export interface KeyTypeRow {
  /** Length of the whole MAC without the key number, octets. */
  readonly macOctets: number;
  /** Required length of the secret, octets. Undefined: any. */
  readonly secretOctets?: number;
  /** Broken: an attacker can extend a message of MD5 or SHA-1 without the secret (RFC 8573 §1). */
  readonly weak?: true;
  readonly macOf: (secret: Uint8Array) => WriteMac;
}

/** AES-CMAC (RFC 8573). */
const cmac = (secretOctets: number): KeyTypeRow => ({
  macOctets: 16,
  secretOctets,
  macOf: (secret) => {
    const mac = new AesCmac(secret);
    return (message, length, out, at, octets) => mac.write(message, length, out, at, octets);
  },
});

/** Hash of secret and message (RFC 5905 §7.3 with another hash than MD5), as chrony, ntpd and NTPsec use it. */
const keyedHash = (name: string, macOctets: number): KeyTypeRow => ({
  macOctets,
  macOf: (secret) => (message, length, out, at, octets) =>
    copy(createHash(name).update(secret).update(message.subarray(0, length)).digest(), out, at, octets),
});

/** HMAC (RFC 2104). */
const hmac = (name: string, macOctets: number): KeyTypeRow => ({
  macOctets,
  macOf: (secret) => (message, length, out, at, octets) =>
    copy(createHmac(name, secret).update(message.subarray(0, length)).digest(), out, at, octets),
});

const weak = (row: KeyTypeRow): KeyTypeRow => ({ ...row, weak: true });

function copy(digest: Uint8Array, out: Uint8Array, at: number, octets: number): void {
  for (let i = 0; i < octets; i++) out[at + i] = digest[i]!;
}

const ROWS = {
  AES128: cmac(16),
  AES256: cmac(32),
  'HMAC-SHA256': hmac('sha256', 32),
  'HMAC-SHA384': hmac('sha384', 48),
  'HMAC-SHA512': hmac('sha512', 64),
  SHA256: keyedHash('sha256', 32),
  SHA384: keyedHash('sha384', 48),
  SHA512: keyedHash('sha512', 64),
  'SHA3-256': keyedHash('sha3-256', 32),
  'SHA3-384': keyedHash('sha3-384', 48),
  'SHA3-512': keyedHash('sha3-512', 64),
  MD5: weak(keyedHash('md5', 16)),
  SHA1: weak(keyedHash('sha1', 20)),
} as const satisfies Record<string, KeyTypeRow>;

export type KeyType = keyof typeof ROWS;

/** The types of symmetric keys, by their names in a key file. */
export const KEY_TYPES: Readonly<Record<KeyType, KeyTypeRow>> = ROWS;

/** Types that are used only if the configuration allows them by name. */
export const WEAK_KEY_TYPES = ['MD5', 'SHA1'] as const satisfies readonly KeyType[];
export type WeakKeyType = (typeof WEAK_KEY_TYPES)[number];

const BY_SPELLING = new Map((Object.keys(KEY_TYPES) as KeyType[]).map((type) => [plain(type), type]));

/** Returns the type of a name, with or without hyphens and in any case: `aes-128`. */
export const keyTypeOf = (name: string): KeyType | undefined => BY_SPELLING.get(plain(name));

function plain(name: string): string {
  return name.replaceAll('-', '').toUpperCase();
}
