import { defineSink, HubError, NS_PER_S, type Running, type SinkContext } from 'timehub/api';
import { config, type ObservabilityConfig } from './config.js';
import type { Listener } from './listeners.js';
import { Live } from './live.js';
import { Memo } from './memo.js';
import type { OpenListener } from './open-listener.js';

const RETRY_NS = 2 * NS_PER_S;

export default defineSink<ObservabilityConfig>({
  type: 'observability',
  summary: 'The control socket, Prometheus metrics and the dashboard',
  stability: 'beta',
  needs: ['cap:net_bind_service'],
  config,
  create: (settings, context) => new Observability(settings, context),
});

class Observability implements Running<ObservabilityConfig> {
  readonly #settings: ObservabilityConfig;
  readonly #context: SinkContext;
  readonly #memo: Memo;
  readonly #live: Live;
  readonly #open: OpenListener[] = [];
  #stopped = false;

  constructor(settings: ObservabilityConfig, context: SinkContext) {
    this.#settings = settings;
    this.#context = context;
    this.#memo = new Memo(() => Number(context.monotonic()) / 1e6);
    this.#live = new Live(context, this.#memo);
  }

  /** Fails when no listener could be opened. If only some could, the others are tried again every 2 s. */
  async start(): Promise<void> {
    const listeners = await this.#listeners();
    this.#live.start();
    const failures = await this.#openAll(listeners);
    for (const { error } of failures) this.#warn(error);
    if (this.#open.length === 0 && failures.length > 0) throw this.#passing(failures[0]!.error);
  }

  /** Makes a missing address an error that is over when the address appears: its interface may come up later than the hub. */
  #passing(error: Error): Error {
    const { listen } = this.#settings;
    if (!(error instanceof HubError) || error.code !== 'TH_NET_ADDRESS' || listen === undefined) return error;
    const { code, message, hint } = error;
    const isOver = () => this.#context.network.addresses().includes(listen.host);
    return new HubError(code, message, { cause: error, hint, isOver });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#live.stop();
    await Promise.all(this.#open.splice(0).map((listener) => listener.close()));
  }

  inspect(): Record<string, unknown> {
    return { serving: this.#open.map(({ where }) => where), streams: this.#live.watchers };
  }

  /** Loads the server and the routes when an instance starts, so that a check of the configuration does not load them. */
  async #listeners(): Promise<readonly Listener[]> {
    const { listenersOf } = await import('./listeners.js');
    return listenersOf(this.#settings, this.#context, this.#live, this.#memo);
  }

  async #openAll(
    listeners: readonly Listener[],
  ): Promise<readonly { readonly listener: Listener; readonly error: Error }[]> {
    const failures: { listener: Listener; error: Error }[] = [];
    for (const listener of listeners) {
      try {
        const opened = await listener.open();
        if (this.#stopped) await opened.close();
        else this.#open.push(opened);
      } catch (error) {
        failures.push({ listener, error: error as Error });
      }
    }
    this.#report(failures.map(({ error }) => error));
    if (failures.length > 0 && this.#open.length > 0) {
      this.#context.after(RETRY_NS, async () => void (await this.#openAll(failures.map(({ listener }) => listener))));
    }
    return failures;
  }

  #report(errors: readonly Error[]): void {
    const serving =
      this.#open.length === 0 ? 'serves nowhere' : `serves at ${this.#open.map(({ where }) => where).join(' and ')}`;
    if (errors.length === 0) {
      this.#context.health('ok', serving);
      return;
    }
    this.#context.health('degraded', `${serving}; ${errors.map(({ message }) => message).join('; ')}`);
  }
  #warn(error: Error): void {
    const { code, hint } = error instanceof HubError ? error : {};
    this.#context.log.warn(error.message, { code, hint });
  }
}
