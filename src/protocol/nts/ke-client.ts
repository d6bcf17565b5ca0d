import { isHostName, octetsOf } from '../address/index.js';
import { cipherOf, NTS_CIPHERS, type NtsCipher } from './aead.js';
import { KE_ERROR, KE_RECORD, type KeRecord, numbersOf, PROTOCOL_NTPV4, record, writeKeMessage } from './ke-record.js';

/** The result of a key exchange. */
export interface KeAgreement {
  readonly cipher: NtsCipher;
  /** See `exportNtsKeys`. */
  readonly compliant: boolean;
  /** At least one, at most `MOST_COOKIES`. */
  readonly cookies: readonly Uint8Array[];
  /** Name or address of the NTP server; undefined: that of the key exchange. */
  readonly host: string | undefined;
  /** The same as the server wrote it, for `deny`. */
  readonly written: string | undefined;
  /** Port of the NTP server. */
  readonly port: number;
}

/** `fault`: the end of a sentence about the server. */
export type KeVerdict = { readonly agreement: KeAgreement } | { readonly fault: string };

/** Octets of the longest answer that is read. */
export const LONGEST_KE_ANSWER = 65_536;
/** Cookies that a client keeps (RFC 8915 §5.7). */
export const MOST_COOKIES = 8;
/** A request with one cookie and one placeholder of this length fits into a packet of every IPv6 path (1280 octets). */
export const LONGEST_COOKIE = 508;

const NTP_PORT = 123;
const ERRORS: Readonly<Record<number, string>> = {
  [KE_ERROR.unknownCritical]: 'does not know a record that it must know',
  [KE_ERROR.badRequest]: 'calls the request malformed',
  [KE_ERROR.internal]: 'has an internal error',
};

/**
 * Returns the request of a client that offers `ciphers`, the preferred one first. `deny`: servers of a pool that it does not want, as
 * the pool has named them.
 */
export const keRequest = (ciphers: readonly NtsCipher[] = NTS_CIPHERS, deny: readonly string[] = []): Uint8Array =>
  writeKeMessage([
    record(KE_RECORD.nextProtocol, [PROTOCOL_NTPV4]),
    record(
      KE_RECORD.aead,
      ciphers.map(({ id }) => id),
    ),
    record(KE_RECORD.compliantGcmSiv, [], false),
    ...deny.map((host) => ({ critical: false, type: KE_RECORD.serverDeny, body: Buffer.from(host, 'latin1') })),
  ]);

/** Judges the records of an answer (RFC 8915 §4.1). */
export function judgeKeAnswer(records: readonly KeRecord[]): KeVerdict {
  const refusal = refusalIn(records);
  if (refusal !== undefined) return { fault: refusal };
  const protocols = only(records, KE_RECORD.nextProtocol);
  if (protocols === undefined) return { fault: 'names no protocol, or several lists of them' };
  if (protocols.length === 0) return { fault: 'does not offer NTPv4' };
  if (protocols.length > 1 || protocols[0] !== PROTOCOL_NTPV4)
    return { fault: 'chose a protocol that was not asked for' };
  const ciphers = only(records, KE_RECORD.aead);
  if (ciphers === undefined) return { fault: 'names no cipher, or several lists of them' };
  if (ciphers.length === 0)
    return { fault: `has none of the ciphers ${NTS_CIPHERS.map(({ name }) => name).join(', ')}` };
  const cipher = ciphers.length === 1 ? cipherOf(ciphers[0]!) : undefined;
  if (cipher === undefined) return { fault: 'chose a cipher that was not offered' };
  const cookies = records
    .filter(({ type, body }) => type === KE_RECORD.cookie && body.length > 0 && body.length <= LONGEST_COOKIE)
    .slice(0, MOST_COOKIES)
    .map(({ body }) => body);
  if (cookies.length === 0) return { fault: 'gave no usable cookie' };
  const place = placeIn(records);
  if (typeof place === 'string') return { fault: place };
  const compliant = records.some(({ type, body }) => type === KE_RECORD.compliantGcmSiv && body.length === 0);
  return { agreement: { cipher, compliant, cookies, ...place } };
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(KE_RECORD));

/** Returns the fault if the server refuses, or demands what this client does not know. */
function refusalIn(records: readonly KeRecord[]): string | undefined {
  for (const item of records) {
    const code = numbersOf(item)?.[0];
    if (item.type === KE_RECORD.error) return `refuses: it ${ERRORS[code ?? -1] ?? `reports the error ${code ?? '?'}`}`;
    if (item.type === KE_RECORD.warning) return `reports the warning ${code ?? '?'}, which is unknown`;
    if (item.type === KE_RECORD.nextProtocol && !item.critical)
      return 'does not mark its choice of protocol as critical';
    if (item.critical && !KNOWN.has(item.type)) return `demands a record of type ${item.type}, which is unknown`;
  }
  return undefined;
}

/** Returns the numbers in the only record of a type; undefined if there is none, or several, or it is malformed. */
function only(records: readonly KeRecord[], type: number): readonly number[] | undefined {
  const [found, ...others] = records.filter((item) => item.type === type);
  return found === undefined || others.length > 0 ? undefined : numbersOf(found);
}

/** Returns where the NTP server is, or the fault. */
function placeIn(records: readonly KeRecord[]): Pick<KeAgreement, 'host' | 'port' | 'written'> | string {
  const servers = records.filter(({ type }) => type === KE_RECORD.server);
  const ports = records.filter(({ type }) => type === KE_RECORD.port);
  if (servers.length > 1 || ports.length > 1) return 'names several NTP servers';
  const host = servers[0] && hostIn(servers[0].body);
  if (host === '') return 'names an NTP server that is no host name';
  const numbers = ports[0] === undefined ? [NTP_PORT] : numbersOf(ports[0]);
  if (numbers?.length !== 1 || numbers[0] === 0) return 'names an NTP port that is none';
  return { host, port: numbers[0]!, written: servers[0] && Buffer.from(servers[0].body).toString('latin1') };
}

/** Returns a host name, or an address also in brackets; '' if it is neither (RFC 8915 §4.1.7: ASCII). */
function hostIn(body: Uint8Array): string {
  const text = Buffer.from(body).toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text)) return '';
  const host = text.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return octetsOf(host) !== undefined || isHostName(host) ? host : '';
}
