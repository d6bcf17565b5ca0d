import { type ClientReport, NS_PER_S, type RequestHandler, type SinkContext, type TimeState } from 'timehub/api';
import { formatServer, type Server } from 'timehub/protocol/address';
import { SILENCES, type Silence, VERSION_5 } from 'timehub/protocol/ntp';
import type { CookieKey } from 'timehub/protocol/nts';
import {
  type AccessOptions,
  clientMemory,
  clientReports,
  InlineRequests,
  type KeyFile,
  RequestServer,
  SharedCounts,
  type SmearShape,
} from 'timehub/toolkit';
import type { NtsService } from './nts/nts-service.js';
import { type ReferenceIds, sharedReferenceIds } from './reference-ids.js';
import { COUNT_NAMES, REPLY_COUNTS, type ReplyCount } from './reply-counts.js';
import replyHandler, { type ReplyHandlerData } from './reply-handler.js';
import { ReplyState } from './reply-state.js';

export interface NtpServerOptions extends Pick<ReplyHandlerData, 'onDeny' | 'versions' | 'interleaved'> {
  readonly listen: readonly Server[];
  readonly access: AccessOptions;
  /** Number of workers; 0: requests are answered in line. */
  readonly threads: number;
  /** Shape of the smear of leap seconds; undefined: leap seconds are served as they are. */
  readonly smear?: SmearShape | undefined;
  /** Number of clients that each handler remembers; 0: none. */
  readonly clients: number;
  /** The symmetric keys of clients. */
  readonly keys?: KeyFile;
  readonly nts?: NtsService;
}

/**
 * Receive buffer in line: octets of some 700 requests, as the kernel counts them. In a flood, a request that is not dropped waits
 * behind that many, 10 to 20 ms. After a pause of the hub, that many clients are still served.
 */
const RECEIVE_BUFFER_OCTETS = 2 ** 18;

/** Serves NTP: workers, or a handler in line, answer the requests by the state that this class publishes. */
export class NtpServer {
  readonly #context: SinkContext;
  readonly #state = new ReplyState();
  readonly #counts: SharedCounts<ReplyCount | Silence>;
  #options: NtpServerOptions;
  /** Memory of the table of clients of each handler. */
  #clients: readonly SharedArrayBuffer[];
  readonly #server: RequestServer<ReplyHandlerData>;
  /** Undefined until NTPv5 is served. */
  #referenceIds: ReferenceIds | undefined;
  #cookieKeys: readonly CookieKey[] = [];
  /** A sentence for the operator; ''. */
  #ntsFault = '';

  constructor(context: SinkContext, options: NtpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#server = new RequestServer(context, () => this.#reportHealth());
    this.#counts = new SharedCounts(COUNT_NAMES, handlersOf(options));
    this.#clients = clientTables(options);
    const { metrics } = context;
    this.#counts.export(metrics, (name) =>
      isReason(name)
        ? metrics.counter('ignored_total', 'Datagrams that are no valid request, by reason', { reason: name })
        : metrics.counter(`${name}_total`, REPLY_COUNTS[name]),
    );
    this.#publish(context.state());
  }

  /** Rejects with the errors of `network.udp`, and of the NTS service. */
  async start(): Promise<void> {
    this.#publish(this.#context.state());
    this.#context.onState((state) => this.#publish(state));
    const { listen, threads, keys, nts } = this.#options;
    await nts?.start(
      (cookieKeys) => {
        this.#cookieKeys = cookieKeys;
        this.#replaceHandlers();
      },
      (fault) => {
        this.#ntsFault = fault;
        this.#reportHealth();
      },
    );
    keys?.onChange(() => this.#replaceHandlers());
    const places = listen.map(({ host, port }) => ({ address: host, port }));
    const module = new URL('./reply-handler.js', import.meta.url);
    const transmitStamps = this.#options.interleaved;
    const workers = { module, data: this.#data(), listen: places, threads, transmitStamps };
    await this.#server.start(threads === 0 ? undefined : workers, () => {
      const each = { receiveBuffer: RECEIVE_BUFFER_OCTETS, transmitStamps };
      const options = { listen: places.map((place) => ({ ...place, ...each })) };
      return new InlineRequests(this.#context, options, this.#handler(this.#data()));
    });
  }

  /** Applies other options without losing a request. Returns false if they need a new start. */
  reload(options: NtpServerOptions): boolean {
    const { listen, threads, interleaved, clients } = this.#options;
    if (options.threads !== threads || options.interleaved !== interleaved) return false;
    if (placesOf(options.listen) !== placesOf(listen)) return false;
    if (options.clients !== clients) this.#clients = clientTables(options);
    this.#options = options;
    this.#replaceHandlers();
    return true;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#options.nts?.stop(), this.#server.stop()]);
  }

  inspect(): Record<string, unknown> {
    const count = (name: ReplyCount | Silence) => [name, this.#counts.get(name)] as const;
    const { keys, nts } = this.#options;
    return {
      listen: this.#server.places,
      workers: this.#server.hasWorkers ? this.#options.threads : 0,
      stamps: this.#server.stamps,
      ...(keys && { keys: keys.keys.size, weakKeys: keys.weak.length }),
      ...nts?.inspect(),
      ...Object.fromEntries(COUNT_NAMES.filter((name) => !isReason(name)).map(count)),
      ignored: Object.fromEntries(SILENCES.map(count)),
    };
  }

  clients(): readonly ClientReport[] {
    return clientReports(this.#clients, Number(this.#context.monotonic()) / NS_PER_S);
  }

  #publish(state: TimeState): void {
    this.#state.publish(state, this.#options.smear, this.#filter(state));
  }

  /** Returns the filter of reference IDs; undefined if NTPv5 is not served. */
  #filter({ sources }: TimeState): Uint8Array | undefined {
    if (((this.#options.versions >> VERSION_5) & 1) === 0) return undefined;
    this.#referenceIds ??= sharedReferenceIds(this.#context);
    return this.#referenceIds.served(sources.filter(({ weight }) => weight > 0).map(({ id }) => id));
  }

  #handler(data: ReplyHandlerData): RequestHandler {
    const { aesSiv } = this.#context;
    return replyHandler.create(data, { index: 0, random: (octets) => this.#context.random(octets), aesSiv });
  }

  #replaceHandlers(): void {
    this.#server.replace(this.#data(), (data) => this.#handler(data));
  }

  #data(): ReplyHandlerData {
    const { access, onDeny, versions, interleaved } = this.#options;
    const keys = [...(this.#options.keys?.keys.values() ?? [])].map((key) => key.parts());
    const cookieKeys = this.#cookieKeys.map(({ id, key }) => ({ id, key }));
    return {
      access,
      onDeny,
      versions,
      interleaved,
      keys,
      cookieKeys,
      state: this.#state.memory,
      counts: this.#counts.memory,
      clients: this.#clients,
    };
  }

  #reportHealth(): void {
    const faults = [...this.#server.faults, this.#ntsFault].filter((fault) => fault !== '');
    if (faults.length === 0) this.#context.health('ok', `serves at ${this.#server.places.join(', ')}`);
    else this.#context.health('degraded', faults.join('; '));
  }
}

/** While a worker is replaced, two handlers run for it. */
const handlersOf = ({ threads }: NtpServerOptions): number => 2 * Math.max(1, threads);

const clientTables = (options: NtpServerOptions): readonly SharedArrayBuffer[] =>
  options.clients === 0 ? [] : Array.from({ length: handlersOf(options) }, () => clientMemory(options.clients));

const isReason = (name: ReplyCount | Silence): name is Silence => (SILENCES as readonly string[]).includes(name);

const placesOf = (listen: readonly Server[]): string => listen.map(({ host, port }) => formatServer(host, port)).join();
