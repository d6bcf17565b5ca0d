import type { Context } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { Ns } from '../api/time.js';

export interface NameRefreshOptions {
  /** The name that is looked up. */
  readonly host: string;
  /** Longest time between look-ups, ns; above 0. */
  readonly intervalNs: Ns;
  /** Returns the address in use, or undefined while there is none that a look-up could confirm. */
  readonly current: () => string | undefined;
  /** Called when the address in use, which has not changed during the look-up, is not among the answers. */
  readonly onGone: () => void;
}

/**
 * Looks a name up now and then while its server answers, as `refresh` of chrony.conf(5): an operator who moves a server, or takes
 * one out of a pool, changes the name, and the old server may answer for years. Each look-up comes at a random time in the
 * second half of the interval, so that the members of a pool do not change all at once. A look-up that fails changes nothing.
 */
export class NameRefresh {
  readonly #context: Pick<Context, 'after' | 'network' | 'random'>;
  readonly #options: NameRefreshOptions;
  #stopped = false;

  /** Begins to wait for the first look-up. */
  constructor(context: Pick<Context, 'after' | 'network' | 'random'>, options: NameRefreshOptions) {
    this.#context = context;
    this.#options = options;
    this.#plan();
  }

  stop(): void {
    this.#stopped = true;
  }

  #plan(): void {
    const [high, low] = this.#context.random(2);
    const share = 0.5 + ((high! << 8) | low!) / 131_072;
    this.#context.after(this.#options.intervalNs * share, async () => {
      if (this.#stopped) return;
      await this.#refresh();
      if (!this.#stopped) this.#plan();
    });
  }

  async #refresh(): Promise<void> {
    const { host, current, onGone } = this.#options;
    const address = current();
    if (address === undefined) return;
    const answers = await this.#answers(host);
    if (this.#stopped || answers.length === 0 || answers.includes(address) || current() !== address) return;
    onGone();
  }

  async #answers(host: string): Promise<readonly string[]> {
    try {
      return await this.#context.network.resolve(host);
    } catch (error) {
      if (error instanceof HubError) return [];
      throw error;
    }
  }
}
