import type { SinkContext } from '../api/context.js';
import type { RequestHandler, WorkerGroup, WorkerOptions } from '../api/request-handler.js';
import type { Endpoint } from '../api/udp.js';
import { formatServer } from '../protocol/address/index.js';
import type { InlineRequests } from './inline-requests.js';
import { ServedAddresses } from './served-addresses.js';

/** Has the requests of a server answered, by workers or in line, and watches the workers and the own addresses. */
export class RequestServer<D> {
  readonly #context: SinkContext;
  readonly #changed: () => void;
  #workers: WorkerGroup<D> | undefined;
  #inline: InlineRequests | undefined;
  #addresses: ServedAddresses | undefined;
  /** Sentences about lost addresses and the workers; undefined: no such fault. */
  #gone: string | undefined;
  #fault: string | undefined;

  /** `changed`: called when the server has started, and when `faults` has changed. */
  constructor(context: SinkContext, changed: () => void) {
    this.#context = context;
    this.#changed = changed;
  }

  /**
   * Opens the sockets, and resolves when requests are answered. `inline` is called if `workers` is undefined, or if this machine
   * has none. Rejects with the errors of `network.udp`.
   */
  async start(workers: WorkerOptions<D> | undefined, inline: () => InlineRequests): Promise<void> {
    this.#workers = workers && this.#context.workers(workers);
    if (this.#workers === undefined) this.#inline = inline();
    const bound = this.local.map(({ address }) => address);
    for (const address of bound) this.#context.identity.serves(address);
    this.#workers?.onFault((fault) => {
      this.#fault = fault;
      this.#changed();
    });
    await this.#workers?.ready;
    this.#addresses = new ServedAddresses(this.#context, bound, (gone) => {
      this.#gone = gone;
      this.#changed();
    });
    this.#changed();
    this.#addresses.start();
  }

  async stop(): Promise<void> {
    this.#addresses?.stop();
    this.#inline?.close();
    await this.#workers?.close();
  }

  /** Has the next requests answered with other data, without losing one. `handler`: makes the handler in line. */
  replace(data: D, handler: (data: D) => RequestHandler): void {
    this.#workers?.replace(data);
    if (this.#inline !== undefined) this.#inline.handler = handler(data);
  }

  get hasWorkers(): boolean {
    return this.#workers !== undefined;
  }

  /** Endpoints of the sockets. */
  get local(): readonly Endpoint[] {
    return this.#workers?.local ?? this.#inline?.sockets.map(({ local }) => local) ?? [];
  }

  /** The endpoints as text. */
  get places(): readonly string[] {
    return this.local.map(({ address, port }) => formatServer(address, port));
  }

  /** Kinds of stamps of the sockets. */
  get stamps(): readonly string[] {
    return this.#inline?.sockets.map(({ stamps }) => stamps) ?? this.local.map(() => 'kernel');
  }

  /** Sentences for the operator. */
  get faults(): readonly string[] {
    return [this.#gone, this.#fault].filter((fault) => fault !== undefined);
  }
}
