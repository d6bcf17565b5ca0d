import type { Context } from '../api/context.js';
import { octetsOf } from '../protocol/address/index.js';
import { NetworkWatch } from './network-watch.js';

/**
 * Watches the addresses that a server is bound to. A socket works again when its address returns, so the server does not open
 * it again, but reports that it serves no client there meanwhile.
 */
export class ServedAddresses {
  readonly #context: Context;
  readonly #served: ReadonlyMap<string, string>;
  readonly #changed: (gone: string | undefined) => void;
  readonly #watch: NetworkWatch;
  /** Addresses that an interface has had. Others (127.0.0.2, routed ranges) are served without an interface. */
  readonly #seen = new Set<string>();
  #gone = '';

  /** `addresses`: of the sockets. `changed` is called with a sentence about missing addresses; undefined: none is missing. */
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
      gone.length === 0
        ? undefined
        : `${gone.join(', ')} ${verb} at no interface that is up: no client is served there`,
    );
  }
}

/** Returns one key for all spellings of an address, with or without a zone. */
function keyOf(address: string): string {
  const octets = octetsOf(address);
  return octets === undefined ? address : Buffer.from(octets).toString('hex');
}
