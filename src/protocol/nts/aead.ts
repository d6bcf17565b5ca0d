import { openGcmSiv, sealGcmSiv } from './aes-gcm-siv.js';
import { openSiv, sealSiv } from './aes-siv.js';

/** An authenticated cipher of the IANA registry "AEAD Algorithms" that NTS may use. */
export interface NtsCipher {
  readonly id: number;
  readonly name: string;
  readonly keyOctets: number;
  readonly nonceOctets: number;
  /** Returns the ciphertext with its authentication tag, `TAG_OCTETS` longer than `plaintext`. */
  seal(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Returns the plaintext; undefined if key, nonce, data or ciphertext are not those of `seal`. Does not throw, whatever nonce and ciphertext a packet has. */
  open(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** Length of the authentication tag of all ciphers here, octets. */
export const TAG_OCTETS = 16;

/** RFC 5297; every NTS implementation has it (RFC 8915 §5.1). */
export const AES_SIV_CMAC_256: NtsCipher = {
  id: 15,
  name: 'AES-SIV-CMAC-256',
  keyOctets: 32,
  nonceOctets: 16,
  seal: (key, nonce, data, plaintext) => sealSiv(key, [data, nonce], plaintext),
  open: (key, nonce, data, sealed) => openSiv(key, [data, nonce], sealed),
};

/** RFC 8452: shorter keys and cookies. */
export const AES_128_GCM_SIV: NtsCipher = {
  id: 30,
  name: 'AES-128-GCM-SIV',
  keyOctets: 16,
  nonceOctets: 12,
  seal: sealGcmSiv,
  open: (key, nonce, data, sealed) => (nonce.length === 12 ? openGcmSiv(key, nonce, data, sealed) : undefined),
};

/** All ciphers, the preferred one first. */
export const NTS_CIPHERS: readonly NtsCipher[] = [AES_SIV_CMAC_256, AES_128_GCM_SIV];

/** Returns the cipher with this number in the IANA registry. */
export const cipherOf = (id: number): NtsCipher | undefined => NTS_CIPHERS.find((cipher) => cipher.id === id);
