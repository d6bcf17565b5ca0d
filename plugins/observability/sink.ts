import type { RequestListener } from 'node:http';
import { defineSink, HubError, NS_PER_S, type Running, type SinkContext, socketChoices } from 'timehub/api';
import { type Config, config } from './config.js';
import type { Door } from './door.js';
import { Live } from './live.js';

const RETRY_NS = 2 * NS_PER_S;

export default defineSink<Config>({
  type: 'observability',
  summary: 'The control socket, Prometheus metrics and the dashboard',
  stability: 'beta',
  needs: [],
  config,
  create: (settings, context) => new Observability(settings, context),
});

/** One way in that the configuration asks for. */
interface Wish {
  open(): Promise<Door>;
}

class Observability implements Running<Config> {
  readonly #settings: Config;
  readonly #context: SinkContext;
  readonly #live: Live;
  readonly #doors: Door[] = [];
  #stopped = false;

  constructor(settings: Config, context: SinkContext) {
    this.#settings = settings;
    this.#context = context;
    this.#live = new Live(context);
  }

  /** Fails when nothing could be opened. When only one of two could, it serves there and goes on trying the other. */
  async start(): Promise<void> {
    const wishes = await this.#wishes();
    this.#live.start();
    const failures = await this.#open(wishes);
    for (const { error } of failures) this.#warn(error);
    if (this.#doors.length === 0 && failures.length > 0) throw this.#passing(failures[0]!.error);
  }

  /** An address may come later than the hub, with its interface. */
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
    await Promise.all(this.#doors.splice(0).map((door) => door.close()));
  }

  inspect(): Record<string, unknown> {
    return { serving: this.#doors.map(({ where }) => where), streams: this.#live.watchers };
  }

  async #wishes(): Promise<readonly Wish[]> {
    const { openPort, openSocket } = await import('./door.js');
    const { firstWritable } = await import('./socket-file.js');
    const { allowedHosts } = await import('./guard.js');
    const { socket, listen, hosts } = this.#settings;
    const options = { listener: this.#listener(), maxConnections: this.#settings['max-connections'] };
    return [
      ...(socket === 'none' ? [] : [{ open: async () => openSocket(socket ?? firstWritable(choices()), options) }]),
      ...(listen === undefined ? [] : [{ open: () => openPort(listen, allowedHosts(hosts), options) }]),
    ];
  }

  /** The routes and their libraries are loaded by the first request. */
  #listener(): RequestListener {
    const dashboard = this.#settings.dashboard ? 'dashboard' : 'none';
    let routes: Promise<RequestListener> | undefined;
    return async (request, response) => {
      routes ??= import('./app.js').then(({ createListener }) => createListener(this.#context, this.#live, dashboard));
      (await routes)(request, response);
    };
  }

  async #open(wishes: readonly Wish[]): Promise<readonly { readonly wish: Wish; readonly error: Error }[]> {
    const failures: { wish: Wish; error: Error }[] = [];
    for (const wish of wishes) {
      try {
        const door = await wish.open();
        if (this.#stopped) await door.close();
        else this.#doors.push(door);
      } catch (error) {
        failures.push({ wish, error: error as Error });
      }
    }
    this.#report(failures.map(({ error }) => error));
    if (failures.length > 0 && this.#doors.length > 0) {
      this.#context.after(RETRY_NS, async () => void (await this.#open(failures.map(({ wish }) => wish))));
    }
    return failures;
  }

  #report(errors: readonly Error[]): void {
    const serving =
      this.#doors.length === 0 ? 'serves nowhere' : `serves at ${this.#doors.map(({ where }) => where).join(' and ')}`;
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

const choices = (): readonly string[] =>
  socketChoices({ runtimeDirectory: process.env.XDG_RUNTIME_DIR, uid: process.getuid?.() ?? 0 });
