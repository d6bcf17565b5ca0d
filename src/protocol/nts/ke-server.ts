import { NTS_CIPHERS, type NtsCipher } from './aead.js';
import { exportNtsKeys, type KeyExporter, type NtsKeys } from './ke-keys.js';
import {
  KE_ERROR,
  KE_POOL_RECORD,
  KE_RECORD,
  type KeRecord,
  numbersOf,
  PROTOCOL_NTPV4,
  record,
  writeKeMessage,
} from './ke-record.js';

export interface KeServerOptions {
  /** Returns so many cookies: the keys of the session, sealed for the client to keep. */
  readonly cookies: (keys: NtsKeys, count: number) => readonly Uint8Array[];
  /** The NTP server, where it is not the host and port 123 of the key exchange. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The client is a pool that this server serves (draft-venhoek-nts-pool). */
  readonly isPool?: boolean;
}

/** `keys`: agreed; undefined: the client is refused, or nothing is in common. */
export interface KeAnswer {
  readonly octets: Uint8Array;
  readonly keys: NtsKeys | undefined;
}

/** Octets of the longest request that is read. */
export const LONGEST_KE_REQUEST = 8192;
const COOKIES = 8;
const NTP_PORT = 123;
/** Records that only a server sends. */
const OF_SERVERS: readonly number[] = [KE_RECORD.error, KE_RECORD.warning, KE_RECORD.cookie];
const KNOWN: ReadonlySet<number> = new Set(Object.values(KE_RECORD));

/** Returns the answer to a complete request (RFC 8915 §4). Pure; the keys come from the TLS session through `exporter`. */
export function answerKe(records: readonly KeRecord[], exporter: KeyExporter, options: KeServerOptions): KeAnswer {
  const wish = wishOf(records, options.isPool === true);
  if (wish === 'lists') return nothing(...listsFor(records));
  if (typeof wish === 'number') return refusal(wish);
  if (!wish.protocols.includes(PROTOCOL_NTPV4)) return nothing(record(KE_RECORD.nextProtocol, []));
  const chosen = record(KE_RECORD.nextProtocol, [PROTOCOL_NTPV4]);
  const cipher = inCommon(wish.ciphers);
  if (cipher === undefined) return nothing(chosen, record(KE_RECORD.aead, []));
  const keys = wish.fixedKeys === undefined ? exportNtsKeys(cipher, wish.compliant, exporter) : fixedKeys(cipher, wish);
  if (keys === undefined) return refusal(KE_ERROR.badRequest);
  const cookies = options.cookies(keys, COOKIES).map((body) => ({ critical: false, type: KE_RECORD.cookie, body }));
  const answer = [
    chosen,
    record(KE_RECORD.aead, [cipher.id]),
    ...(wish.compliant ? [COMPLIANT] : []),
    ...placeOf(options),
  ];
  return { octets: writeKeMessage([...answer, ...cookies]), keys };
}

/** Returns the answer to a request that breaks off, or is too long. */
export const refuseKe = (): Uint8Array => refusal(KE_ERROR.badRequest).octets;

const COMPLIANT = record(KE_RECORD.compliantGcmSiv, [], false);

interface Wish {
  readonly protocols: readonly number[];
  readonly ciphers: readonly number[];
  readonly compliant: boolean;
  /** The keys that a pool gives; undefined: those of the TLS session. */
  readonly fixedKeys: Uint8Array | undefined;
}

const KNOWN_OF_POOLS: ReadonlySet<number> = new Set([...KNOWN, ...Object.values(KE_POOL_RECORD)]);

/** Returns what the client asks for, or an error code. `lists`: a pool asks what this server has, and for no keys. */
function wishOf(records: readonly KeRecord[], isPool: boolean): Wish | 'lists' | number {
  for (const { critical, type } of records) {
    if (critical && !(isPool ? KNOWN_OF_POOLS : KNOWN).has(type)) return KE_ERROR.unknownCritical;
    if (OF_SERVERS.includes(type) || (type === KE_RECORD.nextProtocol && !critical)) return KE_ERROR.badRequest;
  }
  if (isPool && records.some(({ type }) => type === KE_POOL_RECORD.protocols || type === KE_POOL_RECORD.ciphers))
    return 'lists';
  const protocols = listIn(records, KE_RECORD.nextProtocol);
  if (protocols === undefined) return KE_ERROR.badRequest;
  const ciphers = listIn(records, KE_RECORD.aead);
  // A client of other protocols alone need not name ciphers of NTPv4 (RFC 8915 §4.1.5).
  if (ciphers === undefined && protocols.includes(PROTOCOL_NTPV4)) return KE_ERROR.badRequest;
  return {
    protocols,
    ciphers: ciphers ?? [],
    compliant: records.some(({ type, body }) => type === KE_RECORD.compliantGcmSiv && body.length === 0),
    fixedKeys: isPool ? records.find(({ type }) => type === KE_POOL_RECORD.fixedKeys)?.body : undefined,
  };
}

/** Returns the answers to the questions of a pool: the protocols, and the ciphers with the octets of their keys. */
function listsFor(records: readonly KeRecord[]): readonly KeRecord[] {
  const answers = [
    record(KE_POOL_RECORD.protocols, [PROTOCOL_NTPV4]),
    record(
      KE_POOL_RECORD.ciphers,
      NTS_CIPHERS.flatMap(({ id, keyOctets }) => [id, keyOctets]),
    ),
  ];
  return answers.filter((answer) => records.some(({ type }) => type === answer.type));
}

/** Returns the keys that a pool gives; undefined if it leaves protocol or cipher open, or they have another length. */
function fixedKeys(cipher: NtsCipher, { protocols, ciphers, fixedKeys: octets }: Wish): NtsKeys | undefined {
  const { keyOctets } = cipher;
  if (octets?.length !== 2 * keyOctets || protocols.length !== 1 || ciphers.length !== 1) return undefined;
  return { cipher, c2s: octets.slice(0, keyOctets), s2c: octets.slice(keyOctets) };
}

/** Returns the numbers in the only record of a type; undefined if there is not exactly one, or it is empty or malformed. */
function listIn(records: readonly KeRecord[], type: number): readonly number[] | undefined {
  const [found, ...others] = records.filter((item) => item.type === type);
  const numbers = found === undefined || others.length > 0 ? undefined : numbersOf(found);
  return numbers?.length === 0 ? undefined : numbers;
}

/** Returns the cipher that this server prefers of those that it has in common with the client. */
const inCommon = (ids: readonly number[]): NtsCipher | undefined => NTS_CIPHERS.find(({ id }) => ids.includes(id));

function placeOf({ host, port }: KeServerOptions): readonly KeRecord[] {
  const place: KeRecord[] = [];
  if (host !== undefined) place.push({ critical: true, type: KE_RECORD.server, body: Buffer.from(host, 'latin1') });
  if (port !== undefined && port !== NTP_PORT) place.push(record(KE_RECORD.port, [port]));
  return place;
}

const nothing = (...records: readonly KeRecord[]): KeAnswer => ({ octets: writeKeMessage(records), keys: undefined });

const refusal = (code: number): KeAnswer => nothing(record(KE_RECORD.error, [code]));
