/** Numbers of an operation in the array that `AesSiv` takes. */
export const AES_SIV_NUMBERS = 10;

/** Places of the numbers of an operation; all that end in `At` are octets of the memory. That of native/aead.h. */
export const AES_SIV = {
  /** 1: seal, 0: open. */
  seal: 0,
  /** A key of 32 octets. */
  keyAt: 1,
  dataAt: 2,
  dataOctets: 3,
  nonceAt: 4,
  nonceOctets: 5,
  /** The plaintext to seal, or the ciphertext to open. */
  inAt: 6,
  inOctets: 7,
  /** The ciphertext, 16 octets longer than the plaintext, or the plaintext. It must not overlap what is read. */
  outAt: 8,
  /** Written: 1, or 0 if the ciphertext is not authentic or a place is outside of the memory. */
  result: 9,
} as const;

/**
 * Runs the first `count` operations of AES-SIV-CMAC-256 (RFC 5297) in their order, each of which may use the result of the last.
 * `memory` has more than 64 octets. Throws TypeError if there are fewer operations.
 */
export type AesSiv = (memory: Uint8Array, operations: Int32Array, count: number) => void;
