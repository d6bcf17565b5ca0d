import { type ExtensionField, readTrailer } from '../ntp/extension.js';
import { HEADER_OCTETS, MODE_CLIENT, ORIGIN_AT, REFID_AT, STRATUM_AT } from '../ntp/header.js';
import { AES_SIV_CMAC_256, TAG_OCTETS } from './aead.js';
import { type CookieKeys, openCookie, sealCookie } from './cookie.js';
import {
  authenticatorOctets,
  FIELD_HEAD,
  fieldOctets,
  IDENTIFIER_OCTETS,
  NTS_FIELD,
  readAuthenticator,
  writeAuthenticator,
  writeField,
} from './field.js';
import type { NtsKeys } from './ke-keys.js';

/** A request with NTS. */
export interface NtsQuestion {
  /** Undefined: it cannot be verified, so the reply is a NAK. */
  readonly keys: NtsKeys | undefined;
  /** The unique identifier's field. */
  readonly identifier: ExtensionField;
  /** Cookies that the client wants, 1..8. */
  readonly cookies: number;
}

const MOST_COOKIES = 8;
const LEAP_UNKNOWN = 0xc0;
const VERSION_AND_MODE = 0x3f;
const NAK = [0x4e, 0x54, 0x53, 0x4e];

/**
 * Reads the fields of NTS in `request[0..length]` and verifies them (RFC 8915 §5.7). Returns `plain` if the request has none,
 * `malformed` if it has no identifier, or not one cookie and one authenticator: such a request gets no answer.
 */
export function readNtsQuestion(
  request: Uint8Array,
  length: number,
  keys: CookieKeys,
): NtsQuestion | 'plain' | 'malformed' {
  const version = (request[0]! >> 3) & 7;
  if (version !== 4 || (request[0]! & 7) !== MODE_CLIENT) return 'plain';
  const fields = readTrailer(request, length, version)?.fields;
  const at = fields?.findIndex(({ type }) => type === NTS_FIELD.authenticator) ?? -1;
  if (fields === undefined || (at < 0 && !fields.some(({ type }) => type === NTS_FIELD.cookie))) return 'plain';
  const covered = fields.slice(0, Math.max(0, at));
  const of = (wanted: number): readonly ExtensionField[] => covered.filter(({ type }) => type === wanted);
  const [identifier, ...identifiers] = of(NTS_FIELD.identifier);
  const [cookie, ...cookies] = of(NTS_FIELD.cookie);
  if (identifier === undefined || identifier.length < FIELD_HEAD + IDENTIFIER_OCTETS || identifiers.length > 0)
    return 'malformed';
  if (cookie === undefined || cookies.length > 0) return 'malformed';
  const parts = readAuthenticator(request, fields[at]!);
  if (parts === undefined) return 'malformed';
  const placeholders = of(NTS_FIELD.placeholder).filter((field) => field.length >= cookie.length).length;
  const found = openCookie(request.subarray(cookie.start + FIELD_HEAD, cookie.start + cookie.length), keys);
  const isTrue =
    found !== undefined &&
    found.cipher.open(found.c2s, parts.nonce, request.subarray(0, fields[at]!.start), parts.sealed) !== undefined;
  return { keys: isTrue ? found : undefined, identifier, cookies: Math.min(MOST_COOKIES, 1 + placeholders) };
}

export interface NtsReplyOptions {
  readonly keys: CookieKeys;
  /** Returns unpredictable octets. */
  readonly random: (octets: number) => Uint8Array;
}

/**
 * Adds identifier, new cookies and authenticator to the reply, of which the header stands in `reply`, or makes it a NAK. Returns
 * its end, never above `length`, the length of the request: fewer cookies are given then.
 */
export function protectReply(
  request: Uint8Array,
  length: number,
  question: NtsQuestion,
  { keys: cookieKeys, random }: NtsReplyOptions,
  reply: Uint8Array,
): number {
  const { keys, cookies, identifier } = question;
  reply.set(request.subarray(identifier.start, identifier.start + identifier.length), HEADER_OCTETS);
  const end = HEADER_OCTETS + identifier.length;
  if (keys === undefined) return writeNak(reply, end);
  const { cipher, s2c } = keys;
  const nonce = random(cipher.nonceOctets);
  const first = sealCookie(keys, cookieKeys.current, random(AES_SIV_CMAC_256.nonceOctets));
  const each = fieldOctets(first.length);
  const room = length - end - authenticatorOctets(nonce.length, TAG_OCTETS);
  const count = Math.min(cookies, Math.floor(room / each));
  if (count < 1) return writeNak(reply, end);
  const plaintext = new Uint8Array(count * each);
  writeField(plaintext, 0, NTS_FIELD.cookie, first);
  for (let i = 1; i < count; i++) {
    const cookie = sealCookie(keys, cookieKeys.current, random(AES_SIV_CMAC_256.nonceOctets));
    writeField(plaintext, i * each, NTS_FIELD.cookie, cookie);
  }
  return writeAuthenticator(reply, end, nonce, cipher.seal(s2c, nonce, reply.subarray(0, end), plaintext));
}

/** Makes the reply a kiss of death NTSN (RFC 8915 §5.7): stratum 0, leap unknown, no authenticator. */
export function writeNak(reply: Uint8Array, end: number): number {
  reply[0] = LEAP_UNKNOWN | (reply[0]! & VERSION_AND_MODE);
  reply[STRATUM_AT] = 0;
  reply.fill(0, REFID_AT - 8, ORIGIN_AT);
  reply.set(NAK, REFID_AT);
  return end;
}
