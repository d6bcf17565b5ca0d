import type { Authentication, AuthenticationFault } from '../ntp/authentication.js';
import type { ExtensionField, Trailer } from '../ntp/extension.js';
import { REFID_AT, STRATUM_AT } from '../ntp/header.js';
import { TAG_OCTETS } from './aead.js';
import {
  authenticatorOctets,
  cookiesIn,
  FIELD_HEAD,
  fieldOctets,
  IDENTIFIER_OCTETS,
  NTS_FIELD,
  readAuthenticator,
  writeAuthenticator,
  writeField,
} from './field.js';
import { LONGEST_COOKIE, MOST_COOKIES } from './ke-client.js';
import type { NtsKeys } from './ke-keys.js';

/** Octets of the longest request: it fits into a packet of every IPv6 path, 1280 octets with the heads of IPv6 and UDP. */
const LONGEST_REQUEST = 1232;
/** `NTSN` */
const NAK = 0x4e54534e;
const NOTHING = new Uint8Array(0);

export interface NtsSessionOptions {
  readonly keys: NtsKeys;
  readonly cookies: readonly Uint8Array[];
  /** Returns unpredictable octets. */
  readonly random: (octets: number) => Uint8Array;
}

/** The client's half of an association after a key exchange (RFC 8915 §5): its keys, and its cookies, each of which is used once. */
export class NtsSession {
  readonly #options: NtsSessionOptions;
  readonly #cookies: Uint8Array[];
  /** Requests since a NAK, while no authentic reply has come; undefined: no NAK came. */
  #sinceNak: number | undefined;

  constructor(options: NtsSessionOptions) {
    this.#options = options;
    this.#cookies = options.cookies.filter(isUsable).slice(0, MOST_COOKIES);
  }

  get cipher(): string {
    return this.#options.keys.cipher.name;
  }

  /** Number of unused cookies. */
  get cookies(): number {
    return this.#cookies.length;
  }

  /** Takes a cookie for the next request; undefined: another key exchange is needed. */
  next(): NtsRequest | undefined {
    // After a NAK, which everyone can forge, one more request is sent (RFC 8915 §5.7).
    if (this.#sinceNak !== undefined && this.#sinceNak >= 1) return undefined;
    const cookie = this.#cookies.shift();
    if (cookie === undefined) return undefined;
    if (this.#sinceNak !== undefined) this.#sinceNak++;
    const { keys, random } = this.#options;
    return new NtsRequest({
      ...{ keys, cookie, random },
      missing: MOST_COOKIES - this.#cookies.length,
      onCookies: (cookies) => this.#refill(cookies),
      onNak: () => {
        this.#sinceNak ??= 0;
      },
    });
  }

  #refill(cookies: readonly Uint8Array[]): void {
    this.#sinceNak = undefined;
    for (const cookie of cookies)
      if (this.#cookies.length < MOST_COOKIES && isUsable(cookie)) this.#cookies.push(cookie);
  }
}

const isUsable = ({ length }: Uint8Array): boolean => length > 0 && length <= LONGEST_COOKIE;

interface RequestOptions {
  readonly keys: NtsKeys;
  readonly cookie: Uint8Array;
  readonly random: (octets: number) => Uint8Array;
  /** Cookies that the client lacks. */
  readonly missing: number;
  readonly onCookies: (cookies: readonly Uint8Array[]) => void;
  readonly onNak: () => void;
}

/** The authentication of one request and its reply. */
export class NtsRequest implements Authentication {
  readonly #options: RequestOptions;
  readonly #identifier: Uint8Array;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.#identifier = options.random(IDENTIFIER_OCTETS);
  }

  /** Returns the request with identifier, cookie, placeholders for the cookies that the client lacks, and authenticator. */
  seal(request: Uint8Array): Uint8Array {
    const { keys, cookie, random, missing } = this.#options;
    const { cipher, c2s } = keys;
    const each = fieldOctets(cookie.length);
    const others =
      request.length + fieldOctets(IDENTIFIER_OCTETS) + authenticatorOctets(cipher.nonceOctets, TAG_OCTETS);
    const cookies = Math.max(1, Math.min(missing, Math.floor((LONGEST_REQUEST - others) / each)));
    const packet = new Uint8Array(others + cookies * each);
    packet.set(request);
    let end = writeField(packet, request.length, NTS_FIELD.identifier, this.#identifier);
    end = writeField(packet, end, NTS_FIELD.cookie, cookie);
    const placeholder = new Uint8Array(cookie.length);
    for (let i = 1; i < cookies; i++) end = writeField(packet, end, NTS_FIELD.placeholder, placeholder);
    const nonce = random(cipher.nonceOctets);
    writeAuthenticator(packet, end, nonce, cipher.seal(c2s, nonce, packet.subarray(0, end), NOTHING));
    return packet;
  }

  /** Returns why a reply is not authentic; undefined if it is: its cookies are then kept. What follows the authenticator is ignored. */
  faultOf(reply: Uint8Array, { fields }: Pick<Trailer, 'fields'>): AuthenticationFault | undefined {
    const at = fields.findIndex(({ type }) => type === NTS_FIELD.authenticator);
    const protectedFields = at < 0 ? fields : fields.slice(0, at);
    if (!this.#isMeant(reply, protectedFields)) return 'nts';
    if (at < 0) {
      if (!isNak(reply)) return 'nts';
      this.#options.onNak();
      return 'nts-nak';
    }
    const field = fields[at]!;
    const { cipher, s2c } = this.#options.keys;
    const parts = readAuthenticator(reply, field);
    if (parts === undefined) return 'nts';
    const plaintext = cipher.open(s2c, parts.nonce, reply.subarray(0, field.start), parts.sealed);
    const cookies = plaintext && cookiesIn(plaintext);
    if (cookies === undefined) return 'nts';
    this.#options.onCookies(cookies);
    return undefined;
  }

  /** Returns true if exactly one identifier is there, and it is that of the request. */
  #isMeant(reply: Uint8Array, fields: readonly ExtensionField[]): boolean {
    const [field, ...others] = fields.filter(({ type }) => type === NTS_FIELD.identifier);
    if (field === undefined || others.length > 0 || field.length !== FIELD_HEAD + IDENTIFIER_OCTETS) return false;
    return this.#identifier.every((octet, i) => reply[field.start + FIELD_HEAD + i] === octet);
  }
}

const isNak = (reply: Uint8Array): boolean =>
  reply[STRATUM_AT] === 0 && new DataView(reply.buffer, reply.byteOffset).getUint32(REFID_AT) === NAK;
