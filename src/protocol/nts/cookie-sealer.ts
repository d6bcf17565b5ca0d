import { AES_SIV, AES_SIV_NUMBERS, type AesSiv } from '../../api/aes-siv.js';
import { AES_SIV_CMAC_256 } from './aead.js';
import { type CookieKey, cookieOctets, sealCookie } from './cookie.js';
import type { NtsKeys } from './ke-keys.js';

const NONCE = AES_SIV_CMAC_256.nonceOctets;
const KEY = AES_SIV_CMAC_256.keyOctets;
const ID = 4;
const LONGEST = cookieOctets(KEY);

/** Places in the memory. */
const SERVER_KEY_AT = 0;
const KEYS_AT = SERVER_KEY_AT + KEY;
const COOKIES_AT = KEYS_AT + 2 * KEY;

/** Seals the cookies of an answer of the key exchange, all in one call of the fast cipher where there is one. */
export class CookieSealer {
  readonly #random: (octets: number) => Uint8Array;
  readonly #run: AesSiv | undefined;

  /** `random`: returns unpredictable octets. */
  constructor(random: (octets: number) => Uint8Array, run?: AesSiv) {
    this.#random = random;
    this.#run = run;
  }

  /** Returns `count` cookies as those of `sealCookie`, each with its own nonce. */
  seal(keys: NtsKeys, key: CookieKey, count: number): readonly Uint8Array[] {
    const nonces = this.#random(count * NONCE);
    const nonce = (i: number): Uint8Array => nonces.subarray(i * NONCE, (i + 1) * NONCE);
    if (this.#run === undefined) return Array.from({ length: count }, (_, i) => sealCookie(keys, key, nonce(i)));
    const octets = cookieOctets(keys.cipher.keyOctets);
    const memory = new Uint8Array(COOKIES_AT + count * LONGEST);
    memory.set(key.key, SERVER_KEY_AT);
    memory.set(keys.c2s, KEYS_AT);
    memory.set(keys.s2c, KEYS_AT + keys.c2s.length);
    const numbers = new Int32Array(count * AES_SIV_NUMBERS);
    const view = new DataView(memory.buffer);
    for (let i = 0; i < count; i++) {
      const idAt = COOKIES_AT + i * octets;
      view.setUint32(idAt, key.id);
      memory.set(nonce(i), idAt + ID);
      const at = i * AES_SIV_NUMBERS;
      numbers[at + AES_SIV.seal] = 1;
      numbers[at + AES_SIV.keyAt] = SERVER_KEY_AT;
      numbers[at + AES_SIV.dataAt] = idAt;
      numbers[at + AES_SIV.dataOctets] = ID;
      numbers[at + AES_SIV.nonceAt] = idAt + ID;
      numbers[at + AES_SIV.nonceOctets] = NONCE;
      numbers[at + AES_SIV.inAt] = KEYS_AT;
      numbers[at + AES_SIV.inOctets] = 2 * keys.cipher.keyOctets;
      numbers[at + AES_SIV.outAt] = idAt + ID + NONCE;
    }
    this.#run(memory, numbers, count);
    return Array.from({ length: count }, (_, i) =>
      memory.subarray(COOKIES_AT + i * octets, COOKIES_AT + (i + 1) * octets),
    );
  }
}
