import { defineSink, HubError, NS_PER_S, type Running, type SinkContext } from 'timehub/api';
import { type Config, config } from './config.js';
import type { Door } from './door.js';
import { Live } from './live.js';
import { Memo } from './memo.js';
import type { WayIn } from './ways-in.js';

const RETRY_NS = 2 * NS_PER_S;

export default defineSink<Config>({
  type: 'observability',
  summary: 'The control socket, Prometheus metrics and the dashboard',
  stability: 'beta',
  needs: ['cap:net_bind_service'],
  config,
  create: (settings, context) => new Observability(settings, context),
});

class Observability implements Running<Config> {
  readonly #settings: Config;
  readonly #context: SinkContext;
  readonly #memo: Memo;
  readonly #live: Live;
  readonly #doors: Door[] = [];
  #stopped = false;

  constructor(settings: Config, context: SinkContext) {
    this.#settings = settings;
    this.#context = context;
    this.#memo = new Memo(() => Number(context.monotonic()) / 1e6);
    this.#live = new Live(context, this.#memo);
  }

  /** Fails when nothing could be opened. When only one of two could, it serves there and goes on trying the other. */
  async start(): Promise<void> {
    const waysIn = await this.#waysIn();
    this.#live.start();
    const failures = await this.#open(waysIn);
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

  /** The server and the routes are loaded where an instance starts, not where a configuration is checked. */
  async #waysIn(): Promise<readonly WayIn[]> {
    const { waysIn } = await import('./ways-in.js');
    return waysIn(this.#settings, this.#context, this.#live, this.#memo);
  }

  async #open(waysIn: readonly WayIn[]): Promise<readonly { readonly wayIn: WayIn; readonly error: Error }[]> {
    const failures: { wayIn: WayIn; error: Error }[] = [];
    for (const wayIn of waysIn) {
      try {
        const door = await wayIn.open();
        if (this.#stopped) await door.close();
        else this.#doors.push(door);
      } catch (error) {
        failures.push({ wayIn, error: error as Error });
      }
    }
    this.#report(failures.map(({ error }) => error));
    if (failures.length > 0 && this.#doors.length > 0) {
      this.#context.after(RETRY_NS, async () => void (await this.#open(failures.map(({ wayIn }) => wayIn))));
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
