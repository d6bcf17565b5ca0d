import type { Context } from '../api/context.js';
import { covers, type Subnet } from '../protocol/address/index.js';
import { RateLimit, type RateLimitOptions } from './rate-limit.js';

export interface AccessOptions {
  readonly allow: readonly Subnet[];
  readonly deny: readonly Subnet[];
  readonly rate?: Omit<RateLimitOptions, 'random'>;
}

/** `denied`: by the access lists; `limited-first`: by the rate, for the first time since the client was last served. */
export type AccessDecision = 'serve' | 'denied' | 'limited' | 'limited-first';

/** Who is served: first by address, then by how often it asks. */
export class AccessControl {
  readonly #context: Pick<Context, 'monotonic'>;
  readonly #options: AccessOptions;
  readonly #limit: RateLimit | undefined;

  constructor(context: Pick<Context, 'monotonic' | 'random'>, options: AccessOptions) {
    this.#context = context;
    this.#options = options;
    if (options.rate !== undefined) {
      this.#limit = new RateLimit({ ...options.rate, random: (octets) => context.random(octets) });
    }
  }

  /** `client`: of `octetsOf`. */
  judge(client: Uint8Array): AccessDecision {
    const { allow, deny } = this.#options;
    if (covers(deny, client) || !covers(allow, client)) return 'denied';
    const ruling = this.#limit?.rule(client, this.#context.monotonic()) ?? 'serve';
    if (ruling === 'serve') return 'serve';
    return ruling === 'refuse-first' ? 'limited-first' : 'limited';
  }
}
