import type { Context } from '../api/context.js';
import { octetsOf } from '../protocol/address/index.js';
import { NetworkWatch } from './network-watch.js';

/**
 * Watches the addresses that a server is bound to. A socket outlives its address and hears again when that returns, so that
 * the server need not open it again, but says that nobody is served there meanwhile.
 */
export class ServedAddresses {
  readonly #context: Context;
  readonly #served: ReadonlyMap<string, string>;
  readonly #changed: (gone: string | undefined) => void;
  readonly #watch: NetworkWatch;
  /** Those that an interface had at some time: others (127.0.0.2, routed ranges) are served without one. */
  readonly #seen = new Set<string>();
  #gone = '';

  /** `addresses`: of the sockets. `changed`: called with a sentence about those that are gone; undefined: none is. */
  constructor(context: Context, addresses: readonly string[], changed: (gone: string | undefined) => void) {
    this.#context = context;
    this.#served = new Map(addresses.map((address) => [keyOf(address), address]));
    this.#changed = changed;
    this.#watch = new NetworkWatch(context, () => this.#look());
  }

  start(): void {
    this.#look();
    this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
  }

  #look(): void {
    const present = new Set(this.#context.network.addresses().map(keyOf));
    for (const key of this.#served.keys()) if (present.has(key)) this.#seen.add(key);
    const gone = [...this.#seen].filter((key) => !present.has(key)).map((key) => this.#served.get(key)!);
    if (gone.join() === this.#gone) return;
    this.#gone = gone.join();
    const verb = gone.length === 1 ? 'is' : 'are';
    this.#changed(
      gone.length === 0 ? undefined : `${gone.join(', ')} ${verb} at no interface that is up: nobody is served there`,
    );
  }
}

/** One address may be written in several ways, and has a zone here and none there. */
function keyOf(address: string): string {
  const octets = octetsOf(address);
  return octets === undefined ? address : Buffer.from(octets).toString('hex');
}
