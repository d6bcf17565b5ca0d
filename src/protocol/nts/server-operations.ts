import { AES_SIV, AES_SIV_NUMBERS, type AesSiv } from '../../api/aes-siv.js';
import { HEADER_OCTETS, MODE_CLIENT } from '../ntp/header.js';
import { AES_SIV_CMAC_256, TAG_OCTETS } from './aead.js';
import { type CookieKey, cookieOctets } from './cookie.js';
import { authenticatorOctets, FIELD_HEAD, fieldOctets, IDENTIFIER_OCTETS, NTS_FIELD } from './field.js';
import { writeNak } from './server.js';

const KEY = AES_SIV_CMAC_256.keyOctets;
const NONCE = AES_SIV_CMAC_256.nonceOctets;
const COOKIE = cookieOctets(KEY);
const COOKIE_FIELD = fieldOctets(COOKIE);
const MOST_COOKIES = 8;
const MOST_OCTETS = 1600;
/** Octets of the key id in a cookie, and of what it seals: the keys of both directions. */
const ID = 4;
const KEYS = 2 * KEY;
const CLIENT_VERSION_4 = 0x20 | MODE_CLIENT;
/** Octets that come after the last field are a MAC if there are so many of them (RFC 7822 §3). */
const LONGEST_MAC = 24;

/** Places in the memory. */
const REQUEST_AT = 0;
const REPLY_AT = REQUEST_AT + MOST_OCTETS;
/** Keys of the association: client to server, then server to client, as a cookie has them. */
const KEYS_AT = REPLY_AT + MOST_OCTETS;
const OPENED_AT = KEYS_AT + KEYS;
const COOKIES_AT = OPENED_AT + MOST_OCTETS;
const SERVER_KEYS_AT = COOKIES_AT + MOST_COOKIES * COOKIE_FIELD;

const RANDOM_OCTETS = 4096;

/**
 * The server's half of NTS for the usual request: an identifier, a cookie of AES-SIV-CMAC-256 under a known key, placeholders of its
 * length, and the authenticator at the end. It allocates no memory, and has all ciphers of a request run in two calls. Its replies
 * are those of `readNtsQuestion` and `protectReply`, to which all other requests are left.
 */
export class NtsOperations {
  readonly #run: AesSiv;
  readonly #fill: (octets: number) => Uint8Array;
  readonly #memory: Uint8Array;
  readonly #numbers = new Int32Array((MOST_COOKIES + 1) * AES_SIV_NUMBERS);
  readonly #ids: Uint32Array;
  #random: Uint8Array = new Uint8Array(0);
  #randomAt = 0;
  // The fields of the request that is read.
  #identifierAt = 0;
  #identifierOctets = 0;
  #cookieAt = 0;
  #placeholders = 0;
  #authenticatorAt = 0;
  #nonceOctets = 0;
  #sealedAt = 0;
  #sealedOctets = 0;

  /** `keys`: the one for new cookies first. `random`: returns unpredictable octets. */
  constructor(run: AesSiv, keys: readonly CookieKey[], random: (octets: number) => Uint8Array) {
    this.#run = run;
    this.#fill = random;
    this.#ids = Uint32Array.from(keys.map(({ id }) => id));
    this.#memory = new Uint8Array(SERVER_KEYS_AT + keys.length * KEY);
    for (const [i, { key }] of keys.entries()) this.#memory.set(key, SERVER_KEYS_AT + i * KEY);
  }

  /**
   * Protects the reply, of which the header stands in `reply`. Returns its length; negative: that of a NAK; 0: the request is not of
   * the usual kind, and `reply` is as before. Buffers of more than 1600 octets are left to others too.
   */
  protect(request: Uint8Array, length: number, reply: Uint8Array): number {
    if (request.length > MOST_OCTETS || reply.length > MOST_OCTETS || !this.#read(request, length)) return 0;
    const memory = this.#memory;
    const key = this.#keyOf(request);
    if (key < 0) return 0;
    // The whole buffer: a view of its first octets would be an allocation.
    memory.set(request, REQUEST_AT);
    const { result } = AES_SIV;
    const cookieAt = REQUEST_AT + this.#cookieAt;
    this.#operation(0, 0, SERVER_KEYS_AT + key * KEY, cookieAt, ID, cookieAt + ID, NONCE);
    this.#inOut(0, cookieAt + ID + NONCE, COOKIE - ID - NONCE, KEYS_AT);
    const nonceAt = this.#authenticatorAt + FIELD_HEAD + 4;
    this.#operation(1, 0, KEYS_AT, REQUEST_AT, this.#authenticatorAt, REQUEST_AT + nonceAt, this.#nonceOctets);
    this.#inOut(1, REQUEST_AT + this.#sealedAt, this.#sealedOctets, OPENED_AT);
    this.#run(memory, this.#numbers, 2);
    const isTrue = this.#numbers[result] === 1 && this.#numbers[AES_SIV_NUMBERS + result] === 1;
    const end = this.#copyIdentifier(request, reply);
    return isTrue ? this.#seal(length, end, reply) : -writeNak(reply, end);
  }

  /** Finds the fields. Returns false if the request is not of the usual kind. */
  #read(request: Uint8Array, length: number): boolean {
    if ((request[0]! & 0x3f) !== CLIENT_VERSION_4 || length > MOST_OCTETS || length % 4 !== 0) return false;
    this.#identifierAt = this.#cookieAt = this.#placeholders = 0;
    for (let at = HEADER_OCTETS; at + LONGEST_MAC < length; ) {
      const type = (request[at]! << 8) | request[at + 1]!;
      const octets = (request[at + 2]! << 8) | request[at + 3]!;
      if (octets < 16 || octets % 4 !== 0 || at + octets > length) return false;
      if (type === NTS_FIELD.authenticator)
        return (
          at + octets === length &&
          this.#identifierAt > 0 &&
          this.#cookieAt > 0 &&
          this.#readAuthenticator(request, at, octets)
        );
      if (type === NTS_FIELD.identifier) {
        if (this.#identifierAt > 0 || octets < FIELD_HEAD + IDENTIFIER_OCTETS) return false;
        this.#identifierAt = at;
        this.#identifierOctets = octets;
      } else if (type === NTS_FIELD.cookie) {
        if (this.#cookieAt > 0 || octets !== COOKIE_FIELD) return false;
        this.#cookieAt = at + FIELD_HEAD;
      } else if (type === NTS_FIELD.placeholder && octets === COOKIE_FIELD) this.#placeholders++;
      else return false;
      at += octets;
    }
    return false;
  }

  #readAuthenticator(request: Uint8Array, at: number, octets: number): boolean {
    const nonce = (request[at + 4]! << 8) | request[at + 5]!;
    const sealed = (request[at + 6]! << 8) | request[at + 7]!;
    const sealedAt = at + FIELD_HEAD + 4 + ((nonce + 3) & ~3);
    if (sealed < TAG_OCTETS || sealedAt + ((sealed + 3) & ~3) > at + octets) return false;
    this.#authenticatorAt = at;
    this.#nonceOctets = nonce;
    this.#sealedAt = sealedAt;
    this.#sealedOctets = sealed;
    return true;
  }

  /** Returns the place of the cookie's key, or −1. */
  #keyOf(request: Uint8Array): number {
    const at = this.#cookieAt;
    const id = ((request[at]! << 24) | (request[at + 1]! << 16) | (request[at + 2]! << 8) | request[at + 3]!) >>> 0;
    for (let i = 0; i < this.#ids.length; i++) if (this.#ids[i] === id) return i;
    return -1;
  }

  /** Returns the end of the identifier. */
  #copyIdentifier(request: Uint8Array, reply: Uint8Array): number {
    for (let i = 0; i < this.#identifierOctets; i++) reply[HEADER_OCTETS + i] = request[this.#identifierAt + i]!;
    return HEADER_OCTETS + this.#identifierOctets;
  }

  #seal(length: number, end: number, reply: Uint8Array): number {
    const memory = this.#memory;
    const room = length - end - authenticatorOctets(NONCE, TAG_OCTETS);
    const cookies = Math.min(MOST_COOKIES, 1 + this.#placeholders, Math.floor(room / COOKIE_FIELD));
    if (cookies < 1) return -writeNak(reply, end);
    for (let i = 0; i < cookies; i++) this.#cookie(i, COOKIES_AT + i * COOKIE_FIELD);
    memory.set(reply, REPLY_AT);
    const sealed = cookies * COOKIE_FIELD + TAG_OCTETS;
    const total = authenticatorOctets(NONCE, sealed);
    this.#head(REPLY_AT + end, NTS_FIELD.authenticator, total);
    const lengths = REPLY_AT + end + FIELD_HEAD;
    memory[lengths] = 0;
    memory[lengths + 1] = NONCE;
    memory[lengths + 2] = sealed >> 8;
    memory[lengths + 3] = sealed;
    const nonceAt = lengths + 4;
    this.#unpredictable(nonceAt);
    this.#operation(cookies, 1, KEYS_AT + KEY, REPLY_AT, end, nonceAt, NONCE);
    this.#inOut(cookies, COOKIES_AT, cookies * COOKIE_FIELD, nonceAt + NONCE);
    this.#run(memory, this.#numbers, cookies + 1);
    for (let i = end; i < end + total; i++) reply[i] = memory[REPLY_AT + i]!;
    return end + total;
  }

  /** Prepares a new cookie, with its head, at this place. */
  #cookie(index: number, at: number): void {
    const memory = this.#memory;
    this.#head(at, NTS_FIELD.cookie, COOKIE_FIELD);
    const idAt = at + FIELD_HEAD;
    const id = this.#ids[0]!;
    for (let i = 0; i < ID; i++) memory[idAt + i] = id >>> (24 - 8 * i);
    this.#unpredictable(idAt + ID);
    this.#operation(index, 1, SERVER_KEYS_AT, idAt, ID, idAt + ID, NONCE);
    this.#inOut(index, KEYS_AT, KEYS, idAt + ID + NONCE);
  }

  #head(at: number, type: number, octets: number): void {
    this.#memory[at] = type >> 8;
    this.#memory[at + 1] = type;
    this.#memory[at + 2] = octets >> 8;
    this.#memory[at + 3] = octets;
  }

  /** Writes a nonce. */
  #unpredictable(at: number): void {
    if (this.#randomAt + NONCE > this.#random.length) {
      this.#random = this.#fill(RANDOM_OCTETS);
      this.#randomAt = 0;
    }
    for (let i = 0; i < NONCE; i++) this.#memory[at + i] = this.#random[this.#randomAt + i]!;
    this.#randomAt += NONCE;
  }

  #operation(
    index: number,
    seal: number,
    keyAt: number,
    dataAt: number,
    data: number,
    nonceAt: number,
    nonce: number,
  ): void {
    const at = index * AES_SIV_NUMBERS;
    const numbers = this.#numbers;
    numbers[at + AES_SIV.seal] = seal;
    numbers[at + AES_SIV.keyAt] = keyAt;
    numbers[at + AES_SIV.dataAt] = dataAt;
    numbers[at + AES_SIV.dataOctets] = data;
    numbers[at + AES_SIV.nonceAt] = nonceAt;
    numbers[at + AES_SIV.nonceOctets] = nonce;
  }

  #inOut(index: number, inAt: number, octets: number, outAt: number): void {
    const at = index * AES_SIV_NUMBERS;
    this.#numbers[at + AES_SIV.inAt] = inAt;
    this.#numbers[at + AES_SIV.inOctets] = octets;
    this.#numbers[at + AES_SIV.outAt] = outAt;
  }
}
