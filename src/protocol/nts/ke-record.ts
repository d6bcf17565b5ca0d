/** Types of NTS-KE records (RFC 8915 §4.1). */
export const KE_RECORD = {
  end: 0,
  nextProtocol: 1,
  error: 2,
  warning: 3,
  aead: 4,
  cookie: 5,
  server: 6,
  port: 7,
  /** A server of a pool that the client does not want (draft-venhoek-nts-pool). */
  serverDeny: 13,
  /** chrony's: keys of AES-128-GCM-SIV are exported with its own number, as the RFC says (chrony 4.7). */
  compliantGcmSiv: 1024,
} as const;

/** Types of records that a pool sends to its servers (draft-venhoek-nts-pool). To other clients a server does not know them. */
export const KE_POOL_RECORD = {
  /** Asks for more exchanges on this connection, which a server need not offer. */
  keepAlive: 8,
  protocols: 9,
  ciphers: 10,
  /** The keys of the pool's client: client to server, then server to client. */
  fixedKeys: 12,
} as const;

/** Protocol number of NTPv4 (RFC 8915 §7.7). */
export const PROTOCOL_NTPV4 = 0;
/** Error codes (RFC 8915 §4.1.3). */
export const KE_ERROR = { unknownCritical: 0, badRequest: 1, internal: 2 } as const;
/** The protocol name of TLS (ALPN). */
export const NTSKE_ALPN = 'ntske/1';
/** TCP port (RFC 8915 §7.1). */
export const NTSKE_PORT = 4460;

/** One record of a key exchange. */
export interface KeRecord {
  /** The receiver must know this type, or give up. */
  readonly critical: boolean;
  /** 0..32767 */
  readonly type: number;
  readonly body: Uint8Array;
}

const HEAD = 4;
const CRITICAL = 0x8000;

/** Returns the octets of a message: these records and the end record. */
export function writeKeMessage(records: readonly KeRecord[]): Uint8Array {
  const all = [...records, record(KE_RECORD.end, [])];
  const out = new Uint8Array(all.reduce((sum, { body }) => sum + HEAD + body.length, 0));
  let at = 0;
  for (const { critical, type, body } of all) {
    const word = critical ? type | CRITICAL : type;
    out.set([word >> 8, word & 0xff, body.length >> 8, body.length & 0xff], at);
    out.set(body, at + HEAD);
    at += HEAD + body.length;
  }
  return out;
}

/** Returns a record whose body is a list of 16-bit numbers. */
export const record = (type: number, numbers: readonly number[], critical = true): KeRecord => ({
  critical,
  type,
  body: Uint8Array.from(numbers.flatMap((number) => [number >> 8, number & 0xff])),
});

/** Returns the 16-bit numbers in a body; undefined if its length is odd. */
export function numbersOf({ body }: KeRecord): readonly number[] | undefined {
  if (body.length % 2 !== 0) return undefined;
  return Array.from({ length: body.length / 2 }, (_, i) => (body[2 * i]! << 8) | body[2 * i + 1]!);
}

/** State of a message that is being read. `excess`: octets follow its end. `long`: it is longer than the limit. */
export type KeProgress = 'more' | 'complete' | 'excess' | 'long';

/** Reads a message from a stream, in whatever pieces it comes. */
export class KeReader {
  readonly #limit: number;
  #rest = new Uint8Array(0);
  #octets = 0;
  #ended = false;
  readonly records: KeRecord[] = [];

  /** `limit`: octets of the longest accepted message. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next octets of the stream. The end record itself is not among `records`. */
  push(chunk: Uint8Array): KeProgress {
    if (this.#ended) return chunk.length === 0 ? 'complete' : 'excess';
    this.#octets += chunk.length;
    if (this.#octets > this.#limit) return 'long';
    const joined = new Uint8Array(this.#rest.length + chunk.length);
    joined.set(this.#rest);
    joined.set(chunk, this.#rest.length);
    let at = 0;
    while (at + HEAD <= joined.length) {
      const word = (joined[at]! << 8) | joined[at + 1]!;
      const end = at + HEAD + ((joined[at + 2]! << 8) | joined[at + 3]!);
      if (end > joined.length) break;
      const type = word & ~CRITICAL;
      const body = joined.slice(at + HEAD, end);
      at = end;
      if (type === KE_RECORD.end) {
        this.#ended = true;
        return at === joined.length ? 'complete' : 'excess';
      }
      this.records.push({ critical: (word & CRITICAL) !== 0, type, body });
    }
    this.#rest = joined.slice(at);
    return 'more';
  }
}
