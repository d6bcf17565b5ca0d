import type { ClockId, RequestHandler, SinkContext, TimeState, UdpOptions } from 'timehub/api';
import { formatServer, type Server, type Subnet } from 'timehub/protocol/address';
import { EVENT_PORT } from 'timehub/protocol/ptp';
import { type AccessOptions, InlineRequests, ServedAddresses, SharedCounts, type Stamping } from 'timehub/toolkit';
import { CSPTP_COUNT_NAMES, CSPTP_COUNTS, type CsptpCount } from './csptp-counts.js';
import csptpHandler, { type CsptpHandlerData, isSync } from './csptp-handler.js';
import { CsptpState } from './csptp-state.js';
import { isUncertain, type QualityOptions } from './served-quality.js';

export interface CsptpServerOptions extends QualityOptions {
  readonly listen: readonly Server[];
  readonly access: AccessOptions;
  readonly stamping: Stamping;
  readonly steps: 1 | 2;
  /** Clients whose requests may be shorter than the answer. */
  readonly amplify: readonly Subnet[];
}

const SILENT: RequestHandler = { answer() {}, unsent() {} };

/** Serves CSPTP: a handler answers the requests by the state that this class publishes. */
export class CsptpServer {
  readonly #context: SinkContext;
  readonly #options: CsptpServerOptions;
  readonly #state = new CsptpState();
  readonly #counts = new SharedCounts<CsptpCount>(CSPTP_COUNT_NAMES, 1);
  /** The clocks that stamp, the system clock first. */
  readonly #clocks: readonly ClockId[];
  #inline: InlineRequests | undefined;
  #servedAddresses: ServedAddresses | undefined;

  constructor(context: SinkContext, options: CsptpServerOptions) {
    this.#context = context;
    this.#options = options;
    const { interface: name, hardwareStamps } = options.stamping;
    const card = hardwareStamps === true && name !== undefined ? context.network.interface(name).phc : undefined;
    this.#clocks = card === undefined ? ['system'] : ['system', card.clock];
    const { metrics } = context;
    this.#counts.export(metrics, (name) => metrics.counter(`${name}_total`, CSPTP_COUNTS[name]));
    const clockClass = metrics.gauge('announced_clock_class', 'clockClass in the answers.');
    metrics.onRead(() => clockClass(this.#clockClass));
  }

  /** Throws the errors of `network.udp`. */
  start(): void {
    this.#publish(this.#context.state());
    this.#context.onState((state) => this.#publish(state));
    const { listen, identity } = this.#options;
    const options = {
      listen: listen.map((at) => this.#socketOptions(at)),
      nextPorts: listen.map(({ host, port }) => this.#socketOptions({ host, port: port + 1 }, false)),
      clocks: this.#clocks.slice(1),
      isRequest: isSync,
    };
    this.#inline = new InlineRequests(this.#context, options, SILENT);
    this.#inline.handler = this.#handler();
    for (const { local } of this.#inline.sockets) this.#context.identity.serves(local.address);
    this.#context.identity.uses(identity);
    const bound = this.#inline.sockets.map(({ local }) => local.address);
    this.#servedAddresses = new ServedAddresses(this.#context, bound, (gone) => this.#reportHealth(gone));
    this.#reportHealth(undefined);
    this.#servedAddresses.start();
  }

  stop(): void {
    this.#servedAddresses?.stop();
    this.#inline?.close();
    this.#inline = undefined;
  }

  inspect(): Record<string, unknown> {
    this.#inline?.sweep();
    const sockets = this.#inline?.sockets ?? [];
    return {
      listen: this.#addresses(),
      stamps: sockets.map(({ stamps }) => stamps),
      steps: sockets.map(() => this.#steps),
      identity: this.#options.identity,
      clockClass: this.#clockClass,
      ...Object.fromEntries(CSPTP_COUNT_NAMES.map((name) => [name, this.#counts.get(name)])),
    };
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

  #handler(): RequestHandler {
    return csptpHandler.create(this.#data(), { index: 0, random: (octets) => this.#context.random(octets) });
  }

  #data(): CsptpHandlerData {
    const { access, amplify } = this.#options;
    return { access, amplify, steps: this.#steps, state: this.#state.memory, counts: this.#counts.memory };
  }

  #reportHealth(gone: string | undefined): void {
    const places = this.#addresses().join(', ');
    if (gone !== undefined) this.#context.health('degraded', gone);
    else if (this.#steps < this.#options.steps) {
      const why = 'this machine makes no transmit stamps, so answers carry an estimate of the time of sending';
      this.#context.health('degraded', `serves at ${places}; ${why}`);
    } else this.#context.health('ok', `serves at ${places}`);
  }

  get #clockClass(): number {
    const state = this.#context.state();
    return isUncertain(state) ? 248 : state.ptp.clockClass;
  }

  #addresses(): readonly string[] {
    return this.#inline?.sockets.map(({ local }) => formatServer(local.address, local.port)) ?? [];
  }

  /** Without transmit stamps a Follow_Up would have nothing to report. All sockets of a machine have the same. */
  get #steps(): 1 | 2 {
    return this.#inline?.sockets[0]?.stamps === 'user' ? 1 : this.#options.steps;
  }
}
