const BLOCK = 16;
const BITS = 128;
/** x^128 + x^7 + x^2 + x + 1 in the order of bits of GHASH (NIST SP 800-38D §6.3). */
const REDUCTION = 0xe1000000;

/**
 * POLYVAL (RFC 8452 §3), by way of GHASH with reversed octets (RFC 8452 appendix A). `key`: 16 octets. The time it takes
 * depends on lengths alone.
 */
export class Polyval {
  /** The key × x^(i+1), four words each. */
  readonly #powers = new Uint32Array(BITS * 4);
  readonly #sum = new Uint32Array(4);
  readonly #view = new DataView(new ArrayBuffer(BLOCK));

  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, BLOCK);
    let [a, b, c, d] = [12, 8, 4, 0].map((at) => view.getUint32(at, true)) as [number, number, number, number];
    for (let i = 0; i < BITS; i++) {
      const carry = -(d & 1) & REDUCTION;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ carry;
      this.#powers.set([a, b, c, d], 4 * i);
    }
  }

  /** Adds the text, filled up with zeros to whole blocks. */
  add(text: Uint8Array): void {
    const octets = new Uint8Array(this.#view.buffer);
    for (let at = 0; at < text.length; at += BLOCK) {
      octets.fill(0);
      octets.set(text.subarray(at, at + BLOCK));
      for (let i = 0; i < 4; i++) this.#sum[i]! ^= this.#view.getUint32(12 - 4 * i, true);
      this.#multiply();
    }
  }

  /** Returns the 16 octets of the hash. */
  digest(): Uint8Array {
    const out = new Uint8Array(BLOCK);
    const view = new DataView(out.buffer);
    for (let i = 0; i < 4; i++) view.setUint32(12 - 4 * i, this.#sum[i]!, true);
    return out;
  }

  #multiply(): void {
    const powers = this.#powers;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < BITS; i++) {
      const mask = -((this.#sum[i >> 5]! >>> (31 - (i & 31))) & 1);
      a ^= powers[4 * i]! & mask;
      b ^= powers[4 * i + 1]! & mask;
      c ^= powers[4 * i + 2]! & mask;
      d ^= powers[4 * i + 3]! & mask;
    }
    this.#sum.set([a, b, c, d]);
  }
}
