const BLOCK = 16;

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
