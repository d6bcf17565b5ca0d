import { HubTime, type SinkContext } from 'timehub/api';
import { STRATUM_UNSYNCHRONISED } from 'timehub/protocol/ntp';
import type { CookieKey } from 'timehub/protocol/nts';
import { CookieStore, type CookieStoreOptions } from './cookie-store.js';
import { KeService, type KeServiceOptions } from './ke-service.js';

export interface NtsServiceOptions {
  readonly cookies: CookieStoreOptions;
  /** Undefined: this server has no key exchange. */
  readonly exchange: Omit<KeServiceOptions, 'cookieKey' | 'onFault' | 'timeS'> | undefined;
}

/** NTS of one NTP server: the keys of its cookies, and the key exchange. */
export class NtsService {
  readonly #context: SinkContext;
  readonly #store: CookieStore;
  readonly #exchange: KeService | undefined;
  #onKeys: (keys: readonly CookieKey[]) => void = () => {};
  #onFault: (fault: string) => void = () => {};

  constructor(context: SinkContext, { cookies, exchange }: NtsServiceOptions) {
    this.#context = context;
    const timeS = (): number | undefined => timeOf(context);
    const onFault = (): void => this.#onFault(this.#fault);
    this.#store = new CookieStore(context, cookies, timeS, (keys) => this.#useKeys(keys), onFault);
    const cookieKey = (): CookieKey | undefined => this.#store.keys[0];
    this.#exchange = exchange && new KeService(context, { ...exchange, cookieKey, onFault, timeS });
  }

  /**
   * `onKeys` is called with the keys of the cookies, now if the time is known, and when they change; `onFault` with a sentence about
   * a file that cannot be used any more, or ''. Rejects as `KeService.start`.
   */
  async start(onKeys: (keys: readonly CookieKey[]) => void, onFault: (fault: string) => void): Promise<void> {
    this.#onKeys = onKeys;
    this.#onFault = onFault;
    this.#store.open();
    this.#context.onState(() => {
      if (this.#store.keys.length === 0) this.#store.look();
    });
    await this.#exchange?.start();
  }

  async stop(): Promise<void> {
    await this.#exchange?.stop();
  }

  /** Replies are protected by the keys before cookies are made with the newest of them. */
  #useKeys(keys: readonly CookieKey[]): void {
    this.#onKeys(keys);
    this.#exchange?.useCookieKey().catch((error: Error) => this.#context.fail(error));
  }

  get #fault(): string {
    return this.#store.fault || (this.#exchange?.fault ?? '');
  }

  inspect(): Record<string, unknown> {
    return { ...this.#store.inspect(), ...this.#exchange?.inspect() };
  }
}

/** Returns the hub's time, s since 1970; undefined while it has none. */
function timeOf(context: SinkContext): number | undefined {
  const state = context.state();
  if (state.ntp.stratum >= STRATUM_UNSYNCHRONISED) return undefined;
  const time = HubTime.of(state, 'system', 'utc')?.at(context.read('system').time);
  return time === undefined ? undefined : Number(time / 1_000_000n) / 1e3;
}
