import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const ZERO = new Uint8Array(BLOCK);

/** AES-CMAC (RFC 4493; NIST SP 800-38B for longer keys). `key`: 16, 24 or 32 octets. */
export class Cmac {
  readonly #key: Uint8Array;
  readonly #whole: Uint8Array;
  readonly #padded: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
    this.#whole = double(this.#chain(ZERO));
    this.#padded = double(this.#whole);
  }

  /** Returns the 16 octets of the code of `text`. */
  of(text: Uint8Array): Uint8Array {
    const blocks = Math.max(1, Math.ceil(text.length / BLOCK));
    const end = blocks * BLOCK;
    const padded = new Uint8Array(end);
    padded.set(text);
    if (text.length < end) padded[text.length] = 0x80;
    xorInto(padded, text.length === end ? this.#whole : this.#padded, end - BLOCK);
    return this.#chain(padded);
  }

  /** Returns the last block of AES-CBC over whole blocks. */
  #chain(blocks: Uint8Array): Uint8Array {
    const chained = createCipheriv(`aes-${this.#key.length * 8}-cbc`, this.#key, ZERO).update(blocks);
    return new Uint8Array(chained.subarray(chained.length - BLOCK));
  }
}

/** Returns `block` × 2 in GF(2^128), the first octet being the highest (RFC 4493 §2.3). */
export function double(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) out[i] = (block[i]! << 1) | (i + 1 < BLOCK ? block[i + 1]! >> 7 : 0);
  out[BLOCK - 1]! ^= 0x87 & -(block[0]! >> 7);
  return out;
}

/** `target[at + i] ^= source[i]` */
export function xorInto(target: Uint8Array, source: Uint8Array, at: number): void {
  for (let i = 0; i < source.length; i++) target[at + i]! ^= source[i]!;
}
