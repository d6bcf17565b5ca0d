import { X509Certificate } from 'node:crypto';
import {
  type Endpoint,
  HubError,
  type SinkContext,
  type TlsConnection,
  type TlsIdentity,
  type TlsServer,
} from 'timehub/api';
import { formatServer, isMappedV4, octetsOf, type Server } from 'timehub/protocol/address';
import {
  AES_SIV_CMAC_256,
  answerKe,
  type CookieKey,
  type KeAnswer,
  KeReader,
  LONGEST_KE_REQUEST,
  NTSKE_ALPN,
  type NtsKeys,
  refuseKe,
  sealCookie,
} from 'timehub/protocol/nts';
import { AccessControl, type AccessOptions, Counters, fileState, readInputFile } from 'timehub/toolkit';

export interface KeServiceOptions {
  readonly listen: readonly Server[];
  /** PEM files: the chain, the server's own certificate first, and its private key. */
  readonly certificate: string;
  readonly key: string;
  readonly access: AccessOptions;
  /** Largest number of connections. */
  readonly connections: number;
  /** The NTP server that clients are sent to. */
  readonly host: string | undefined;
  readonly port: number;
  /** Returns the key for new cookies; undefined while there is none. */
  readonly cookieKey: () => CookieKey | undefined;
  /** Returns the hub's time, s since 1970; undefined while it is not known. */
  readonly timeS: () => number | undefined;
  /** Called when `fault` has changed. */
  readonly onFault: () => void;
}

const HANDSHAKE_NS = 3e9;
/** Limit of the time from the handshake to the end of the request, ns. */
const REQUEST_NS = 2e9;
/** Limit of the time in which a client takes the answer and closes. */
const CLOSE_NS = 2e9;
/** Largest number of connections of one client: an IPv4 address or an IPv6 /64. */
const MOST_OF_ONE = 8;
const LOOK_NS = 10e9;
const MOST_PEM_OCTETS = 1 << 18;
/** Time before the end of the certificate from which on the operator is told. */
const WARN_DAYS = 7;
const DAY_MS = 86_400_000;

const COUNTERS = {
  key_exchanges: 'Key exchanges that gave keys',
  key_exchanges_refused: 'Key exchanges whose request was malformed, or had nothing in common',
  key_exchanges_late: 'Key exchanges whose request did not come in time',
  key_exchanges_failed: 'Connections without a complete TLS handshake',
  key_exchanges_denied: 'Connections that were closed at once: access lists, rate limit, too many',
} as const;

/** Serves the key exchange of NTS (RFC 8915 §4). A slow client costs the others nothing: each connection has its own limits. */
export class KeService {
  readonly #context: SinkContext;
  readonly #options: KeServiceOptions;
  readonly #access: AccessControl;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  /** Open connections of each client. */
  readonly #open = new Map<string, number>();
  #servers: readonly TlsServer[] = [];
  #state = '';
  /** Last moment of the own certificate, ms since 1970; undefined if it is unknown. */
  #validUntilMs: number | undefined;
  /** About files; ''. */
  #fileFault = '';
  #fault = '';

  constructor(context: SinkContext, options: KeServiceOptions) {
    this.#context = context;
    this.#options = options;
    this.#access = new AccessControl(options.access, (octets) => context.random(octets));
    this.#counters = new Counters(context.metrics, COUNTERS);
  }

  /** Rejects with `TH_INPUT_FILE` and the errors of `network.tlsServer`. */
  async start(): Promise<void> {
    const identity = this.#read();
    const { listen, connections } = this.#options;
    this.#servers = await Promise.all(
      listen.map(({ host, port }) =>
        this.#context.network.tlsServer({
          ...{ address: host, port, protocol: NTSKE_ALPN, identity, connections, handshakeNs: HANDSHAKE_NS },
          admits: (from) => this.#admits(from),
        }),
      ),
    );
    this.#validUntilMs = endOf(identity.certificate);
    for (const server of this.#servers) {
      server.onRefused((why) =>
        this.#counters.count(why === 'handshake' ? 'key_exchanges_failed' : 'key_exchanges_denied'),
      );
      server.onConnection((connection) => this.#serve(connection));
    }
    this.#updateFault();
    this.#lookLater();
  }

  stop(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  /** A sentence about a certificate that cannot be used; ''. */
  get fault(): string {
    return this.#fault;
  }

  inspect(): Record<string, unknown> {
    return {
      keyExchange: this.#servers.map(({ local }) => formatServer(local.address, local.port)),
      ...(this.#validUntilMs !== undefined && { certificateValidUntil: dateOf(this.#validUntilMs) }),
      ...this.#counters.counts,
    };
  }

  #admits({ address }: Endpoint): boolean {
    const octets = octetsOf(address);
    if (octets === undefined || this.#options.cookieKey() === undefined) return false;
    if (this.#access.judge(octets, Number(this.#context.monotonic())) !== 'serve') return false;
    return (this.#open.get(clientOf(octets)) ?? 0) < MOST_OF_ONE;
  }

  #serve(connection: TlsConnection): void {
    const client = clientOf(octetsOf(connection.peer.address) ?? new Uint8Array(16));
    this.#open.set(client, (this.#open.get(client) ?? 0) + 1);
    let timer = this.#context.after(REQUEST_NS, () => {
      this.#counters.count('key_exchanges_late');
      connection.close();
    });
    const reader = new KeReader(LONGEST_KE_REQUEST);
    let isAnswered = false;
    connection.onClose(() => {
      timer.cancel();
      const others = this.#open.get(client)! - 1;
      if (others > 0) this.#open.set(client, others);
      else this.#open.delete(client);
    });
    connection.onData((chunk) => {
      if (isAnswered) return;
      const progress = reader.push(chunk);
      if (progress === 'more') return;
      isAnswered = true;
      timer.cancel();
      timer = this.#context.after(CLOSE_NS, () => connection.close());
      const answer = progress === 'complete' ? this.#answer(reader, connection) : undefined;
      this.#counters.count(answer?.keys === undefined ? 'key_exchanges_refused' : 'key_exchanges');
      connection.end(answer?.octets ?? refuseKe());
    });
  }

  #answer(reader: KeReader, connection: TlsConnection): KeAnswer | undefined {
    const key = this.#options.cookieKey();
    if (key === undefined) return undefined;
    const { host, port } = this.#options;
    const cookie = (keys: NtsKeys): Uint8Array =>
      sealCookie(keys, key, this.#context.random(AES_SIV_CMAC_256.nonceOctets));
    const exporter = (label: string, about: Uint8Array, octets: number): Uint8Array =>
      connection.exportKey(label, about, octets);
    return answerKe(reader.records, exporter, { cookie, host, port });
  }

  #read(): TlsIdentity {
    const { certificate, key } = this.#options;
    this.#state = this.#filesState();
    const most = MOST_PEM_OCTETS;
    return {
      certificate: readInputFile({ path: certificate, most, what: 'the certificate' }).toString('latin1'),
      key: readInputFile({ path: key, most, secret: true, what: 'the private key' }).toString('latin1'),
    };
  }

  #filesState(): string {
    return `${fileState(this.#options.certificate)} ${fileState(this.#options.key)}`;
  }

  /** Uses a new certificate as soon as its files have changed. The old one stays in use if the new one is bad. */
  #lookLater(): void {
    this.#context.after(LOOK_NS, () => {
      this.#lookLater();
      if (this.#filesState() !== this.#state) this.#useNewFiles();
      this.#updateFault();
    });
  }

  #useNewFiles(): void {
    try {
      const identity = this.#read();
      for (const server of this.#servers) server.use(identity);
      this.#validUntilMs = endOf(identity.certificate);
      this.#fileFault = '';
      this.#context.log.info(`uses the certificate of ${this.#options.certificate}, which has changed`);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#fileFault = `${error.message}; the certificate of before stays in use`;
    }
  }

  #updateFault(): void {
    const fault = this.#fileFault || this.#expiry();
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#options.onFault();
  }

  /** Returns a sentence if the certificate ends soon, or has ended; ''. */
  #expiry(): string {
    const timeS = this.#options.timeS();
    const end = this.#validUntilMs;
    if (timeS === undefined || end === undefined) return '';
    const days = (end - timeS * 1e3) / DAY_MS;
    if (days < 0) return `the certificate of the key exchange has expired (on ${dateOf(end)}): clients refuse it`;
    return days < WARN_DAYS ? `the certificate of the key exchange expires on ${dateOf(end)}` : '';
  }
}

/** Returns the last moment of the first certificate of a chain, ms since 1970; undefined if there is none that can be read. */
function endOf(chain: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(chain).validTo);
  } catch {
    return undefined;
  }
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Returns a text for a client: its IPv4 address, or its IPv6 /64, whose owner has all addresses in it. */
const clientOf = (octets: Uint8Array): string =>
  Buffer.from(isMappedV4(octets) ? octets.subarray(12) : octets.subarray(0, 8)).toString('hex');
