import { KEY_TYPES, type KeyType, type WriteMac } from './key-types.js';

/** Octets of the key number before the digest (RFC 5905 §7.3). */
const NUMBER_OCTETS = 4;
/** Longest digest of an NTPv4 packet, octets: a longer MAC would read as an extension field (RFC 7822 §3). */
const MAX_V4_DIGEST = 20;
const LONGEST_DIGEST = 64;
const FIRST_VERSION_WITH_FIELDS = 4;

/** The parts of a key, for a thread that makes the same key. */
export interface SymmetricKeyParts {
  readonly number: number;
  readonly type: KeyType;
  readonly secret: Uint8Array;
}

/** A symmetric key: makes and checks the message authentication codes (MAC) at the end of packets (RFC 5905 §7.3). */
export class SymmetricKey {
  /** 1..4294967295. */
  readonly number: number;
  readonly type: KeyType;
  readonly #write: WriteMac;
  readonly #secret: Uint8Array;
  readonly #digest = new Uint8Array(LONGEST_DIGEST);

  /** `secret` has the length that its type requires. */
  constructor(number: number, type: KeyType, secret: Uint8Array) {
    this.number = number;
    this.type = type;
    this.#secret = secret;
    this.#write = KEY_TYPES[type].macOf(secret);
  }

  parts(): SymmetricKeyParts {
    return { number: this.number, type: this.type, secret: Uint8Array.from(this.#secret) };
  }

  /** Returns the length of the MAC, key number included, in a packet of that NTP version. */
  macOctets(version: number): number {
    return NUMBER_OCTETS + this.#digestOctets(version);
  }

  /** Writes the MAC of `packet[0..end]` behind it and returns the new end. There must be room for `macOctets`. */
  sign(packet: Uint8Array, end: number): number {
    const octets = this.#digestOctets(versionOf(packet));
    for (let i = 0; i < NUMBER_OCTETS; i++) packet[end + i] = this.number >>> (24 - 8 * i);
    this.#write(packet, end, packet, end + NUMBER_OCTETS, octets);
    return end + NUMBER_OCTETS + octets;
  }

  /** Returns true if `packet[macAt..end]` is the MAC of `packet[0..macAt]` by this key. Takes the same time for all digests. */
  verifies(packet: Uint8Array, macAt: number, end: number): boolean {
    const octets = this.#digestOctets(versionOf(packet));
    if (end - macAt !== NUMBER_OCTETS + octets || keyNumberAt(packet, macAt) !== this.number) return false;
    this.#write(packet, macAt, this.#digest, 0, octets);
    let difference = 0;
    for (let i = 0; i < octets; i++) difference |= packet[macAt + NUMBER_OCTETS + i]! ^ this.#digest[i]!;
    return difference === 0;
  }

  #digestOctets(version: number): number {
    const { macOctets } = KEY_TYPES[this.type];
    return version < FIRST_VERSION_WITH_FIELDS ? macOctets : Math.min(macOctets, MAX_V4_DIGEST);
  }
}

/** The keys of a key file, by their numbers. */
export type SymmetricKeys = ReadonlyMap<number, SymmetricKey>;

/** Returns the key number at the begin of a MAC. */
export const keyNumberAt = (packet: Uint8Array, macAt: number): number =>
  ((packet[macAt]! << 24) | (packet[macAt + 1]! << 16) | (packet[macAt + 2]! << 8) | packet[macAt + 3]!) >>> 0;

const versionOf = (packet: Uint8Array): number => (packet[0]! >> 3) & 7;
