import type { ClockId, RequestHandler, SinkContext, TimeState, UdpOptions, WorkerOptions } from 'timehub/api';
import type { Server, Subnet } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { type AccessOptions, InlineRequests, RequestServer, SharedCounts, type Stamping } from 'timehub/toolkit';
import { CSPTP_COUNT_NAMES, CSPTP_COUNTS, type CsptpCount } from './csptp-counts.js';
import csptpHandler, { type CsptpHandlerData, isSync } from './csptp-handler.js';
import { CsptpState } from './csptp-state.js';
import { isUncertain, type QualityOptions } from './served-quality.js';

export interface CsptpServerOptions extends QualityOptions {
  readonly listen: readonly Server[];
  readonly access: AccessOptions;
  readonly stamping: Stamping;
  readonly steps: 1 | 2;
  /** Number of workers; 0: requests are answered in line. */
  readonly threads: number;
  /** Clients whose requests may be shorter than the answer. */
  readonly amplify: readonly Subnet[];
}

const SILENT: RequestHandler = { answer() {}, unsent() {} };

/** Serves CSPTP: workers, or a handler in line, answer the requests by the state that this class publishes. */
export class CsptpServer {
  readonly #context: SinkContext;
  readonly #options: CsptpServerOptions;
  readonly #state = new CsptpState();
  readonly #counts: SharedCounts<CsptpCount>;
  /** The clocks that stamp, the system clock first. */
  readonly #clocks: readonly ClockId[];
  readonly #server: RequestServer<CsptpHandlerData>;
  /** Undefined with workers. */
  #inline: InlineRequests | undefined;

  constructor(context: SinkContext, options: CsptpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#server = new RequestServer(context, () => this.#reportHealth());
    this.#counts = new SharedCounts<CsptpCount>(CSPTP_COUNT_NAMES, 2 * Math.max(1, options.threads));
    const { interface: name, hardwareStamps } = options.stamping;
    const card = hardwareStamps === true && name !== undefined ? context.network.interface(name).phc : undefined;
    this.#clocks = card === undefined ? ['system'] : ['system', card.clock];
    const { metrics } = context;
    this.#counts.export(metrics, (name) => metrics.counter(`${name}_total`, CSPTP_COUNTS[name]));
    const clockClass = metrics.gauge('announced_clock_class', 'clockClass in the answers.');
    metrics.onRead(() => clockClass(this.#clockClass));
  }

  /** Rejects with the errors of `network.udp`. */
  async start(): Promise<void> {
    this.#publish(this.#context.state());
    this.#context.onState((state) => this.#publish(state));
    this.#context.identity.uses(this.#options.identity);
    await this.#server.start(this.#workerOptions(), () => this.#openInline());
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  inspect(): Record<string, unknown> {
    this.#inline?.sweep();
    const { places, stamps, hasWorkers } = this.#server;
    return {
      listen: places,
      workers: hasWorkers ? this.#options.threads : 0,
      stamps,
      steps: stamps.map(() => this.#steps),
      identity: this.#options.identity,
      clockClass: this.#clockClass,
      ...Object.fromEntries(CSPTP_COUNT_NAMES.map((name) => [name, this.#counts.get(name)])),
    };
  }

  /** Returns undefined if requests are to be answered in line. Ports as in `#socketOptions`. */
  #workerOptions(): WorkerOptions<CsptpHandlerData> | undefined {
    const { listen, threads, steps, stamping } = this.#options;
    if (threads === 0) return undefined;
    const over = stamping.interface === undefined ? {} : { interface: stamping.interface };
    return {
      module: new URL('./csptp-handler.js', import.meta.url),
      data: this.#data(),
      listen: listen.map(({ host, port }) => ({ ...over, address: host, port, share: port === EVENT_PORT })),
      threads,
      transmitStamps: steps === 2,
      nextPort: steps === 2,
    };
  }

  #openInline(): InlineRequests {
    const { listen } = this.#options;
    const options = {
      listen: listen.map((at) => this.#socketOptions(at)),
      nextPorts: listen.map(({ host, port }) => this.#socketOptions({ host, port: port + 1 }, false)),
      clocks: this.#clocks.slice(1),
      isRequest: isSync,
    };
    const inline = new InlineRequests(this.#context, options, SILENT);
    this.#inline = inline;
    const random = (octets: number): Uint8Array => this.#context.random(octets);
    inline.handler = csptpHandler.create(this.#data(), { index: 0, random });
    return inline;
  }

  /** Ports 319 and 320 are shared with the sources of this hub and with other PTP programs; other ports are not shared. */
  #socketOptions({ host, port }: Server, isEvent = true): UdpOptions {
    const { stamping } = this.#options;
    const shared = port === EVENT_PORT || (!isEvent && port === EVENT_PORT + 1) ? { reuse: true } : {};
    const over = stamping.interface === undefined ? {} : { interface: stamping.interface };
    return { ...(isEvent ? stamping : over), ...shared, address: host, port };
  }

  #publish(state: TimeState): void {
    this.#state.publish(state, this.#options, this.#clocks);
  }

  #data(): CsptpHandlerData {
    const { access, amplify } = this.#options;
    return { access, amplify, steps: this.#steps, state: this.#state.memory, counts: this.#counts.memory };
  }

  #reportHealth(): void {
    const places = `serves at ${this.#server.places.join(', ')}`;
    const { faults } = this.#server;
    if (faults.length > 0) this.#context.health('degraded', faults.join('; '));
    else if (this.#steps < this.#options.steps) {
      const why = 'this machine makes no transmit stamps, so answers carry an estimate of the time of sending';
      this.#context.health('degraded', `${places}; ${why}`);
    } else this.#context.health('ok', places);
  }

  get #clockClass(): number {
    const state = this.#context.state();
    return isUncertain(state) ? 248 : state.ptp.clockClass;
  }

  /** Without transmit stamps a Follow_Up would have nothing to report. All sockets of a machine have the same. */
  get #steps(): 1 | 2 {
    return this.#inline?.sockets[0]?.stamps === 'user' ? 1 : this.#options.steps;
  }
}
