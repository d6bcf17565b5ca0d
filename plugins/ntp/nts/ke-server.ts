import { isDeepStrictEqual } from 'node:util';
import {
  defineService,
  type Endpoint,
  type ServiceTools,
  type TlsConnection,
  type TlsIdentity,
  type TlsServer,
} from 'timehub/api';
import { isMappedV4, octetsOf, type Server } from 'timehub/protocol/address';
import {
  answerKe,
  type CookieKey,
  CookieSealer,
  type KeAnswer,
  KeReader,
  LONGEST_KE_REQUEST,
  NTSKE_ALPN,
  refuseKe,
} from 'timehub/protocol/nts';
import { AccessControl, type AccessOptions, SharedCounts, SharedText } from 'timehub/toolkit';
import { KE_COUNT_NAMES, type KeCount } from './ke-counts.js';

/** Data of the server of the key exchange. Of other data than at its start, it takes identity and cookie key alone. */
export interface KeServerData {
  readonly listen: readonly Server[];
  readonly identity: TlsIdentity;
  readonly access: AccessOptions;
  /** Largest number of connections, for each address. */
  readonly connections: number;
  /** The NTP server that clients are sent to. */
  readonly host: string | undefined;
  readonly port: number;
  /** The key for new cookies; undefined while there is none: no client is admitted. */
  readonly cookieKey: CookieKey | undefined;
  /** Memory of `SharedCounts` for `KE_COUNT_NAMES`, and of the `SharedText` of the last failure. */
  readonly counts: SharedArrayBuffer;
  readonly failure: SharedArrayBuffer;
}

const HANDSHAKE_NS = 3e9;
/** Limit of the time from the handshake to the end of the request, ns. */
const REQUEST_NS = 2e9;
/** Limit of the time in which a client takes the answer and closes, ns. */
const CLOSE_NS = 2e9;
const COUNT_OF = { full: 'key_exchanges_full', late: 'key_exchanges_late', handshake: 'key_exchanges_failed' } as const;
/** Largest number of connections of one client: an IPv4 address or an IPv6 /64. */
const MOST_OF_ONE = 8;

/**
 * The server of the key exchange of NTS (RFC 8915 §4). A slow client costs the others nothing: each connection has its own limits,
 * from the moment at which it is accepted.
 */
class KeServer {
  readonly #tools: ServiceTools;
  #data: KeServerData;
  readonly #access: AccessControl;
  readonly #sealer: CookieSealer;
  readonly #counts: Float64Array;
  readonly #failure: SharedText;
  /** Open connections of each client. */
  readonly #open = new Map<string, number>();
  #servers: readonly TlsServer[] = [];
  #stopped = false;

  constructor(data: KeServerData, tools: ServiceTools) {
    this.#data = data;
    this.#tools = tools;
    const random = (octets: number): Uint8Array => tools.random(octets);
    this.#access = new AccessControl(data.access, random);
    this.#sealer = new CookieSealer(random, tools.aesSiv);
    this.#counts = new SharedCounts(KE_COUNT_NAMES, data.counts).of(0);
    this.#failure = new SharedText(data.failure);
  }

  /** Resolves with the addresses at which it listens. */
  async start(): Promise<readonly Endpoint[]> {
    const { listen, connections, identity } = this.#data;
    for (const { host, port } of listen) {
      const server = await this.#tools.network.tlsServer({
        ...{ address: host, port, protocol: NTSKE_ALPN, identity, connections, handshakeNs: HANDSHAKE_NS },
        admits: (from) => this.#admits(from),
      });
      this.#servers = [...this.#servers, server];
      server.onRefused((why, from, reason) => {
        if (why === 'not-admitted') return;
        this.#leave(from);
        this.#fail(COUNT_OF[why], from, reason);
      });
      server.onConnection((connection) => this.#serve(connection));
    }
    if (this.#stopped) this.stop();
    return this.#servers.map(({ local }) => local);
  }

  update(data: KeServerData): void {
    const { identity } = this.#data;
    if (!isDeepStrictEqual(data.identity, identity)) for (const server of this.#servers) server.use(data.identity);
    this.#data = data;
  }

  stop(): void {
    this.#stopped = true;
    for (const server of this.#servers) server.close();
  }

  #count(name: KeCount): void {
    this.#counts[KE_COUNT_NAMES.indexOf(name)]! += 1;
  }

  /** `reason`: a clause about the peer. */
  #fail(name: KeCount, { address }: Endpoint, reason: string): void {
    this.#count(name);
    this.#failure.write(`${address}: ${reason}`);
  }

  #admits({ address }: Endpoint): boolean {
    const octets = octetsOf(address);
    const client = octets && clientOf(octets);
    const refusal = octets === undefined || this.#data.cookieKey === undefined ? 'denied' : this.#judge(octets);
    if (refusal !== 'serve' || client === undefined) {
      this.#count(refusal === 'denied' ? 'key_exchanges_denied' : 'key_exchanges_limited');
      return false;
    }
    const open = this.#open.get(client) ?? 0;
    if (open >= MOST_OF_ONE) {
      this.#count('key_exchanges_full');
      return false;
    }
    this.#open.set(client, open + 1);
    this.#count('key_exchange_connections');
    return true;
  }

  #judge(client: Uint8Array) {
    return this.#access.judge(client, Number(this.#tools.monotonic()));
  }

  /** Counts the end of a connection that was admitted. */
  #leave({ address }: Endpoint): void {
    const client = clientOf(octetsOf(address) ?? new Uint8Array(16));
    const others = (this.#open.get(client) ?? 1) - 1;
    if (others > 0) this.#open.set(client, others);
    else this.#open.delete(client);
  }

  #serve(connection: TlsConnection): void {
    const { peer } = connection;
    const reader = new KeReader(LONGEST_KE_REQUEST);
    let isEnded = false;
    let timer = this.#tools.after(REQUEST_NS, () => {
      isEnded = true;
      this.#fail('key_exchanges_late', peer, 'its request did not come in time');
      connection.close();
    });
    connection.onClose((error) => {
      timer.cancel();
      this.#leave(peer);
      if (!isEnded) this.#fail('key_exchanges_failed', peer, `no request came: ${error?.message ?? 'it was closed'}`);
    });
    connection.onData((chunk) => {
      if (isEnded) return;
      const progress = reader.push(chunk);
      if (progress === 'more') return;
      isEnded = true;
      timer.cancel();
      timer = this.#tools.after(CLOSE_NS, () => connection.close());
      const answer = progress === 'complete' ? this.#answer(reader, connection) : undefined;
      if (answer?.keys !== undefined) this.#count('key_exchanges');
      else this.#fail('key_exchanges_refused', peer, 'its request is malformed, or has nothing in common');
      connection.end(answer?.octets ?? refuseKe());
    });
  }

  #answer(reader: KeReader, connection: TlsConnection): KeAnswer | undefined {
    const { cookieKey, host, port } = this.#data;
    if (cookieKey === undefined) return undefined;
    return answerKe(reader.records, (label, about, octets) => connection.exportKey(label, about, octets), {
      cookies: (keys, count) => this.#sealer.seal(keys, cookieKey, count),
      host,
      port,
      isPool: connection.isTrusted,
    });
  }
}

/** Returns a text for a client: its IPv4 address, or its IPv6 /64, whose owner has all addresses in it. */
const clientOf = (octets: Uint8Array): string =>
  Buffer.from(isMappedV4(octets) ? octets.subarray(12) : octets.subarray(0, 8)).toString('hex');

export default defineService<KeServerData, readonly Endpoint[]>((data, tools) => new KeServer(data, tools));
