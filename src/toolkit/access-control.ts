import type { Ns } from '../api/time.js';
import { covers, type Subnet } from '../protocol/address/index.js';
import { RateLimit, type RateLimitOptions } from './rate-limit.js';

export interface AccessOptions {
  /** Clients that are served, unless `deny` covers them. */
  readonly allow: readonly Subnet[];
  readonly deny: readonly Subnet[];
  readonly rate?: Omit<RateLimitOptions, 'random'>;
}

/**
 * `denied`: refused by the access lists. `limited`: by the rate limit. `limited-first`: the same, first since it was served.
 */
export type AccessDecision = 'serve' | 'denied' | 'limited' | 'limited-first';

/** Decides whether a server serves a client: by its address, then by its rate of requests. */
export class AccessControl {
  readonly #options: AccessOptions;
  readonly #limit: RateLimit | undefined;
  /** Everybody is served. */
  readonly #isOpen: boolean;

  constructor(options: AccessOptions, random: RateLimitOptions['random']) {
    this.#options = options;
    this.#isOpen =
      options.rate === undefined && options.deny.length === 0 && options.allow.some(({ bits }) => bits === 0);
    if (options.rate !== undefined) this.#limit = new RateLimit({ ...options.rate, random });
  }

  /**
   * Counts one request. `client`: the address, as octets of `octetsOf`. `nowNs`: a monotonic clock. Allocates no memory.
   */
  judge(client: Uint8Array, nowNs: Ns): AccessDecision {
    if (this.#isOpen) return 'serve';
    const { allow, deny } = this.#options;
    if (covers(deny, client) || !covers(allow, client)) return 'denied';
    const ruling = this.#limit?.rule(client, nowNs) ?? 'serve';
    if (ruling === 'serve') return 'serve';
    return ruling === 'refuse-first' ? 'limited-first' : 'limited';
  }
}
