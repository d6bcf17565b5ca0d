import type { ExtensionField } from '../ntp/extension.js';

/** Types of the extension fields of NTS (RFC 8915 §7.5). */
export const NTS_FIELD = { identifier: 0x0104, cookie: 0x0204, placeholder: 0x0304, authenticator: 0x0404 } as const;

/** Octets of type and length of an extension field. */
export const FIELD_HEAD = 4;
/** Octets of a unique identifier (RFC 8915 §5.3). */
export const IDENTIFIER_OCTETS = 32;
/** Shortest extension field of NTPv4, octets (RFC 7822 §3). */
const SHORTEST_FIELD = 16;
/** Octets of the two lengths in an authenticator. */
const LENGTHS = 4;

const padded = (octets: number): number => (octets + 3) & ~3;

/** Returns the length of a field with this body, octets. */
export const fieldOctets = (body: number): number => Math.max(SHORTEST_FIELD, FIELD_HEAD + padded(body));

/** Writes a field with zeros as padding, and returns its end. Throws RangeError if `out` is too short. */
export function writeField(out: Uint8Array, at: number, type: number, body: Uint8Array): number {
  const end = writeHead(out, at, type, fieldOctets(body.length));
  out.set(body, at + FIELD_HEAD);
  return end;
}

/** Returns the length of an authenticator (RFC 8915 §5.6), octets. */
export const authenticatorOctets = (nonce: number, sealed: number): number =>
  fieldOctets(LENGTHS + padded(nonce) + padded(sealed));

/** Writes an authenticator, and returns its end. Throws RangeError if `out` is too short. */
export function writeAuthenticator(out: Uint8Array, at: number, nonce: Uint8Array, sealed: Uint8Array): number {
  const end = writeHead(out, at, NTS_FIELD.authenticator, authenticatorOctets(nonce.length, sealed.length));
  out.set([nonce.length >> 8, nonce.length & 0xff, sealed.length >> 8, sealed.length & 0xff], at + FIELD_HEAD);
  out.set(nonce, at + FIELD_HEAD + LENGTHS);
  out.set(sealed, at + FIELD_HEAD + LENGTHS + padded(nonce.length));
  return end;
}

/** Returns nonce and ciphertext of an authenticator; undefined if their lengths go beyond it. */
export function readAuthenticator(
  packet: Uint8Array,
  { start, length }: ExtensionField,
): { readonly nonce: Uint8Array; readonly sealed: Uint8Array } | undefined {
  const at = start + FIELD_HEAD;
  const nonceLength = (packet[at]! << 8) | packet[at + 1]!;
  const sealedLength = (packet[at + 2]! << 8) | packet[at + 3]!;
  const sealedAt = at + LENGTHS + padded(nonceLength);
  if (sealedAt + padded(sealedLength) > start + length) return undefined;
  return {
    nonce: packet.subarray(at + LENGTHS, at + LENGTHS + nonceLength),
    sealed: packet.subarray(sealedAt, sealedAt + sealedLength),
  };
}

/**
 * Returns the bodies, with their padding, of the cookies in decrypted extension fields; undefined if the fields are malformed.
 * Other fields are skipped.
 */
export function cookiesIn(plaintext: Uint8Array): readonly Uint8Array[] | undefined {
  const cookies: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; ) {
    const rest = plaintext.length - at;
    const length = rest < FIELD_HEAD ? 0 : (plaintext[at + 2]! << 8) | plaintext[at + 3]!;
    if (length < SHORTEST_FIELD || length % 4 !== 0 || length > rest) return undefined;
    const type = (plaintext[at]! << 8) | plaintext[at + 1]!;
    if (type === NTS_FIELD.cookie) cookies.push(plaintext.slice(at + FIELD_HEAD, at + length));
    at += length;
  }
  return cookies;
}

function writeHead(out: Uint8Array, at: number, type: number, length: number): number {
  if (at + length > out.length) throw new RangeError(`no room for ${length} octets at ${at}`);
  out.fill(0, at, at + length);
  out.set([type >> 8, type & 0xff, length >> 8, length & 0xff], at);
  return at + length;
}
