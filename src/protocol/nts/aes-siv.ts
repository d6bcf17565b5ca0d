import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { AesCmac } from '../ntp/keys/aes-cmac.js';
import { double, xorInto } from './block.js';

const TAG = 16;
const ZERO = new Uint8Array(TAG);

/**
 * AES-SIV (RFC 5297 §2.6): returns the tag, then the ciphertext. `key`: 32, 48 or 64 octets. `strings`: associated data, and
 * the nonce last.
 */
export function sealSiv(key: Uint8Array, strings: readonly Uint8Array[], plaintext: Uint8Array): Uint8Array {
  const tag = syntheticVector(macKeyOf(key), strings, plaintext);
  const sealed = new Uint8Array(TAG + plaintext.length);
  sealed.set(tag);
  sealed.set(count(key, tag, plaintext), TAG);
  return sealed;
}

/** Reverses `sealSiv`; undefined if the tag is wrong. */
export function openSiv(key: Uint8Array, strings: readonly Uint8Array[], sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG) return undefined;
  const tag = sealed.subarray(0, TAG);
  const plaintext = count(key, tag, sealed.subarray(TAG));
  return timingSafeEqual(syntheticVector(macKeyOf(key), strings, plaintext), tag) ? plaintext : undefined;
}

const macKeyOf = (key: Uint8Array): Uint8Array => key.subarray(0, key.length / 2);

/** S2V (RFC 5297 §2.4). */
function syntheticVector(key: Uint8Array, strings: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const cmac = new AesCmac(key);
  const of = (text: Uint8Array): Uint8Array => {
    const code = new Uint8Array(TAG);
    cmac.write(text, text.length, code, 0);
    return code;
  };
  let sum = of(ZERO);
  for (const text of strings) {
    sum = double(sum);
    xorInto(sum, of(text), 0);
  }
  if (last.length >= TAG) {
    const end = Uint8Array.from(last);
    xorInto(end, sum, end.length - TAG);
    return of(end);
  }
  sum = double(sum);
  xorInto(sum, last, 0);
  sum[last.length]! ^= 0x80;
  return of(sum);
}

/** AES-CTR from the tag, in which two bits are cleared (RFC 5297 §2.5). */
function count(key: Uint8Array, tag: Uint8Array, text: Uint8Array): Uint8Array {
  if (text.length === 0) return new Uint8Array(0);
  const start = Uint8Array.from(tag);
  start[8]! &= 0x7f;
  start[12]! &= 0x7f;
  const half = key.subarray(key.length / 2);
  return new Uint8Array(createCipheriv(`aes-${half.length * 8}-ctr`, half, start).update(text));
}
