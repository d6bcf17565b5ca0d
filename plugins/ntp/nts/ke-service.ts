import { X509Certificate } from 'node:crypto';
import { type Endpoint, HubError, type ServiceThread, type SinkContext, type TlsIdentity } from 'timehub/api';
import { formatServer } from 'timehub/protocol/address';
import type { CookieKey } from 'timehub/protocol/nts';
import { fileState, InlineService, readInputFile, SharedCounts, SharedText } from 'timehub/toolkit';
import { KE_COUNT_NAMES, KE_COUNTS } from './ke-counts.js';
import keServer, { type KeServerData } from './ke-server.js';

export interface KeServiceOptions extends Pick<KeServerData, 'listen' | 'access' | 'connections' | 'host' | 'port'> {
  /** PEM files: the chain, the server's own certificate first, and its private key. */
  readonly certificate: string;
  readonly key: string;
  /** PEM file: authorities of the certificates of pools; undefined: this server serves no pool. */
  readonly pools: string | undefined;
  /** Run the server in a thread of its own, where there are threads. */
  readonly thread: boolean;
  /** Returns the key for new cookies; undefined while there is none. */
  readonly cookieKey: () => CookieKey | undefined;
  /** Returns the hub's time, s since 1970; undefined while it is not known. */
  readonly timeS: () => number | undefined;
  /** Called when `fault` has changed. */
  readonly onFault: () => void;
}

const LOOK_NS = 10e9;
const MOST_PEM_OCTETS = 1 << 18;
/** Time before the end of the certificate from which on the operator is told. */
const WARN_DAYS = 7;
const DAY_MS = 86_400_000;

/** Runs the key exchange of NTS (RFC 8915 §4), and gives it the certificate of the files and the newest key for cookies. */
export class KeService {
  readonly #context: SinkContext;
  readonly #options: KeServiceOptions;
  readonly #counts = new SharedCounts(KE_COUNT_NAMES, 1);
  readonly #failure = new SharedText();
  #identity: TlsIdentity | undefined;
  #server: ServiceThread<KeServerData, readonly Endpoint[]> | undefined;
  #isThread = false;
  #local: readonly Endpoint[] = [];
  #state = '';
  /** Last moment of the own certificate, ms since 1970; undefined if it is unknown. */
  #validUntilMs: number | undefined;
  /** About the thread and about files; ''. */
  #threadFault = '';
  #fileFault = '';
  #fault = '';

  constructor(context: SinkContext, options: KeServiceOptions) {
    this.#context = context;
    this.#options = options;
    const { metrics } = context;
    this.#counts.export(metrics, (name) => metrics.counter(`${name}_total`, KE_COUNTS[name]));
  }

  /** Rejects with `TH_INPUT_FILE` and the errors of `network.tlsServer`. */
  async start(): Promise<void> {
    this.#identity = this.#read();
    const data = this.#data(this.#identity);
    const module = new URL('./ke-server.js', import.meta.url);
    const thread = this.#options.thread
      ? this.#context.service<KeServerData, readonly Endpoint[]>({ module, data, name: 'the key exchange' })
      : undefined;
    this.#isThread = thread !== undefined;
    this.#server = thread ?? new InlineService(keServer, data, this.#context);
    this.#server.onFault((fault) => {
      this.#threadFault = fault ?? '';
      this.#updateFault();
    });
    this.#local = await this.#server.ready;
    this.#validUntilMs = endOf(this.#identity.certificate);
    this.#updateFault();
    this.#lookLater();
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  /** Makes new cookies with the newest key from now on. */
  async useCookieKey(): Promise<void> {
    if (this.#identity !== undefined) await this.#server?.update(this.#data(this.#identity));
  }

  /** A sentence about a certificate that cannot be used, or a thread that has ended; ''. */
  get fault(): string {
    return this.#fault;
  }

  inspect(): Record<string, unknown> {
    const failure = this.#failure.read();
    return {
      keyExchange: this.#local.map(({ address, port }) => formatServer(address, port)),
      keyExchangeThread: this.#isThread,
      ...(this.#validUntilMs !== undefined && { certificateValidUntil: dateOf(this.#validUntilMs) }),
      ...Object.fromEntries(KE_COUNT_NAMES.map((name) => [name, this.#counts.get(name)])),
      ...(failure !== '' && { lastKeyExchangeFailure: failure }),
    };
  }

  #data(identity: TlsIdentity): KeServerData {
    const { listen, access, connections, host, port, cookieKey } = this.#options;
    const { memory: counts } = this.#counts;
    const { memory: failure } = this.#failure;
    return { ...{ listen, access, connections, host, port, identity, counts, failure }, cookieKey: cookieKey() };
  }

  #read(): TlsIdentity {
    const { certificate, key, pools } = this.#options;
    this.#state = this.#filesState();
    const most = MOST_PEM_OCTETS;
    return {
      ...(pools !== undefined && {
        clientAuthorities: readInputFile({ path: pools, most, what: 'the authorities of pools' }).toString('latin1'),
      }),
      certificate: readInputFile({ path: certificate, most, what: 'the certificate' }).toString('latin1'),
      key: readInputFile({ path: key, most, secret: true, what: 'the private key' }).toString('latin1'),
    };
  }

  #filesState(): string {
    const { certificate, key, pools } = this.#options;
    return [certificate, key, ...(pools === undefined ? [] : [pools])].map(fileState).join(' ');
  }

  /** Uses a new certificate as soon as its files have changed. The old one stays in use if the new one is bad. */
  #lookLater(): void {
    this.#context.after(LOOK_NS, async () => {
      this.#lookLater();
      if (this.#filesState() !== this.#state) await this.#useNewFiles();
      this.#updateFault();
    });
  }

  async #useNewFiles(): Promise<void> {
    try {
      const identity = this.#read();
      await this.#server?.update(this.#data(identity));
      this.#identity = identity;
      this.#validUntilMs = endOf(identity.certificate);
      this.#fileFault = '';
      this.#context.log.info(`uses the certificate of ${this.#options.certificate}, which has changed`);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#fileFault = `${error.message}; the certificate of before stays in use`;
    }
  }

  #updateFault(): void {
    const fault = this.#threadFault || this.#fileFault || this.#expiry();
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
