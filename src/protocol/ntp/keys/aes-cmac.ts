import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
/** Constant R_128 of the subkeys (RFC 4493 §2.3). */
const R_128 = 0x87;
/** Octets of the work buffer: a packet on Ethernet. Longer messages get a buffer of their own. */
const WORK_OCTETS = 1504;

/**
 * AES-CMAC (RFC 4493) with a key of 16 or 32 octets.
 *
 * CMAC is the last block of AES in CBC mode. One cipher serves all messages: it chains each message to the last block of the
 * one before, and that block is XORed into the first block of the next message, which cancels it. A MAC is then one call into
 * OpenSSL; a new cipher for each message takes five times as long.
 */
export class AesCmac {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  /** Subkeys for a message whose last block is complete, and for one whose last block is padded. */
  readonly #complete: Uint8Array;
  readonly #padded: Uint8Array;
  readonly #work = new Uint8Array(WORK_OCTETS);
  /** Last block that the cipher returned. */
  readonly #chained = new Uint8Array(BLOCK);

  constructor(key: Uint8Array) {
    const zero = new Uint8Array(BLOCK);
    const bits = key.length * 8;
    this.#cipher = createCipheriv(`aes-${bits}-cbc`, key, zero).setAutoPadding(false);
    this.#complete = doubled(createCipheriv(`aes-${bits}-ecb`, key, null).update(zero));
    this.#padded = doubled(this.#complete);
  }

  /** Writes the first `octets` octets of the MAC of `message[0..length]` to `out` at `at`. `octets`: 1..16. */
  write(message: Uint8Array, length: number, out: Uint8Array, at: number, octets = BLOCK): void {
    const blocks = Math.max(1, Math.ceil(length / BLOCK));
    const end = blocks * BLOCK;
    const work = end <= WORK_OCTETS ? this.#work : new Uint8Array(end);
    for (let i = 0; i < length; i++) work[i] = message[i]!;
    if (length < end) work.fill(0, length, end)[length] = 0x80;
    const subkey = length === end ? this.#complete : this.#padded;
    for (let i = 0; i < BLOCK; i++) {
      work[end - BLOCK + i]! ^= subkey[i]!;
      work[i]! ^= this.#chained[i]!;
    }
    const encrypted = this.#cipher.update(end === work.length ? work : work.subarray(0, end));
    for (let i = 0; i < BLOCK; i++) this.#chained[i] = encrypted[end - BLOCK + i]!;
    for (let i = 0; i < octets; i++) out[at + i] = this.#chained[i]!;
  }
}

/** Returns the block times x in GF(2^128) (RFC 4493 §2.3). */
function doubled(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) out[i] = (block[i]! << 1) | (i + 1 < BLOCK ? block[i + 1]! >> 7 : 0);
  if (block[0]! >> 7 === 1) out[BLOCK - 1]! ^= R_128;
  return out;
}
