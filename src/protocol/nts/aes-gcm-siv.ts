import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { xorInto } from './block.js';
import { Polyval } from './polyval.js';

const BLOCK = 16;
const TAG = 16;

/** AES-GCM-SIV (RFC 8452 §4) with a key of 16 octets and a nonce of 12: returns the ciphertext, then the tag. */
export function sealGcmSiv(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const keys = deriveKeys(key, nonce);
  const tag = tagOf(keys, nonce, data, plaintext);
  const sealed = new Uint8Array(plaintext.length + TAG);
  sealed.set(count(keys.cipher, tag, plaintext));
  sealed.set(tag, plaintext.length);
  return sealed;
}

/** Reverses `sealGcmSiv`; undefined if the tag is wrong. */
export function openGcmSiv(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - TAG;
  if (length < 0) return undefined;
  const keys = deriveKeys(key, nonce);
  const tag = sealed.subarray(length);
  const plaintext = count(keys.cipher, tag, sealed.subarray(0, length));
  return timingSafeEqual(tagOf(keys, nonce, data, plaintext), tag) ? plaintext : undefined;
}

interface MessageKeys {
  readonly hash: Uint8Array;
  readonly cipher: Uint8Array;
}

/** Returns the keys of one message (RFC 8452 §4): halves of four blocks. */
function deriveKeys(key: Uint8Array, nonce: Uint8Array): MessageKeys {
  const blocks = new Uint8Array(4 * BLOCK);
  for (let i = 0; i < 4; i++) {
    blocks[i * BLOCK] = i;
    blocks.set(nonce, i * BLOCK + 4);
  }
  const wide = encrypt(key, blocks);
  const derived = new Uint8Array(2 * BLOCK);
  for (let i = 0; i < 4; i++) derived.set(wide.subarray(i * BLOCK, i * BLOCK + 8), i * 8);
  return { hash: derived.subarray(0, BLOCK), cipher: derived.subarray(BLOCK) };
}

function tagOf(keys: MessageKeys, nonce: Uint8Array, data: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const lengths = new Uint8Array(BLOCK);
  const view = new DataView(lengths.buffer);
  view.setUint32(0, data.length * 8, true);
  view.setUint32(8, plaintext.length * 8, true);
  const hash = new Polyval(keys.hash);
  hash.add(data);
  hash.add(plaintext);
  hash.add(lengths);
  const sum = hash.digest();
  xorInto(sum, nonce, 0);
  sum[BLOCK - 1]! &= 0x7f;
  return encrypt(keys.cipher, sum);
}

/** AES in counter mode; the counter is the first word, its lowest octet first. */
function count(key: Uint8Array, tag: Uint8Array, text: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil(text.length / BLOCK) * BLOCK);
  const view = new DataView(blocks.buffer);
  const first = (tag[0]! | (tag[1]! << 8) | (tag[2]! << 16) | (tag[3]! << 24)) >>> 0;
  for (let at = 0, n = first; at < blocks.length; at += BLOCK, n = (n + 1) >>> 0) {
    blocks.set(tag, at);
    blocks[at + BLOCK - 1]! |= 0x80;
    view.setUint32(at, n, true);
  }
  const out = encrypt(key, blocks).subarray(0, text.length);
  xorInto(out, text, 0);
  return out;
}

/** AES of each block by itself. */
const encrypt = (key: Uint8Array, blocks: Uint8Array): Uint8Array =>
  new Uint8Array(createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(blocks));
