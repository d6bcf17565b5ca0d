import {
  type ExchangeCounts,
  formatSpan,
  HubError,
  type Instant,
  type Ns,
  type SourceContext,
  type Timer,
} from 'timehub/api';
import { familyOf, formatServer, octetsOf, type Server } from 'timehub/protocol/address';
import type { Authentication } from 'timehub/protocol/ntp';
import { NtsSession } from 'timehub/protocol/nts';
import { Counters, NameRefresh, type PollOptions, readInputFile } from 'timehub/toolkit';
import { NtpClient } from '../client.js';
import { CertificateCheck } from './certificate-check.js';
import { exchangeKeys, type KeyExchangeResult } from './key-exchange.js';
import { poolMembers } from './pool-members.js';

export interface NtsClientOptions {
  /** The server of the key exchange. */
  readonly server: Server;
  readonly poll: PollOptions;
  /** Ask for the interleaved mode (RFC 9769). */
  readonly interleaved: boolean;
  /** Longest time between look-ups of the names while the server answers, ns; 0: none. */
  readonly refreshNs: Ns;
  /** File with the authorities (PEM) that are trusted in place of the system's. */
  readonly ca: string | undefined;
  /** The server is that of a pool (draft-venhoek-nts-pool), which gives another NTP server to each source. */
  readonly isPool: boolean;
}

/** Least delay between two key exchanges; doubled with each, until a reply is authentic, up to the longest (RFC 8915 §4.2). */
const FIRST_DELAY_NS = 10e9;
/** Longest delay while the server cannot be reached, and otherwise. */
const LONGEST_DELAY_NS = 1024e9;
const LONGEST_REFUSED_NS = 65_536e9;
/** Age of the keys at which new ones are exchanged, so that keys that were stolen are of no use for long. */
const KEYS_REFRESH_NS = 28 * 86_400e9;
/** Replies of a pool's server in a row that the vote has rejected, after which the pool is asked for another one. */
const MOST_REJECTED = 64;
/** Addresses of a name that are tried in one attempt. */
const MOST_TRIES = 4;
const MOST_CA_OCTETS = 1 << 20;

const COUNTERS = {
  key_exchanges: 'Key exchanges that gave keys',
  failed_key_exchanges: 'Key exchanges that failed',
} as const;

/**
 * Asks one server with NTS (RFC 8915): exchanges keys, then polls the NTP server that the key exchange names. Keys are exchanged
 * again when the cookies are used up, which eight requests without an authentic reply do too. It never asks without NTS.
 */
export class NtsClient {
  readonly #context: SourceContext;
  readonly #options: NtsClientOptions;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  readonly #certificate: CertificateCheck;
  #session: NtsSession | undefined;
  #client: NtpClient | undefined;
  /** The NTP server that `#client` asks. */
  #place: Server | undefined;
  /** The NTP server as a pool has named it, and whether the source wants another one; undefined: it is no pool's. */
  #given: { readonly server: string; isUnwanted: boolean } | undefined;
  #rejected = 0;
  /** Address of the last key exchange that succeeded. */
  #address: string | undefined;
  /** A sentence about the last attempt; '' if it succeeded. */
  #failure = '';
  #delayNs: Ns = FIRST_DELAY_NS;
  /** Earliest time of the next key exchange, monotonic. */
  #allowed: Instant = 0n;
  #next: Timer | undefined;
  #isExchanging = false;
  #exchanged: Instant = 0n;
  #stopped = false;
  #refresh: NameRefresh | undefined;

  constructor(context: SourceContext, options: NtsClientOptions) {
    this.#context = context;
    this.#options = options;
    this.#counters = new Counters(context.metrics, COUNTERS);
    this.#certificate = new CertificateCheck(context);
    const cookies = context.metrics.gauge('cookies', 'Unused cookies');
    context.metrics.onRead(() => cookies(this.#session?.cookies ?? 0));
  }

  start(): void {
    this.#context.unreachable('keys are being exchanged');
    this.#exchangeAfter(0);
    this.#refresh = this.#newRefresh();
  }

  stop(): void {
    this.#stopped = true;
    this.#refresh?.stop();
    this.#client?.stop();
    if (this.#options.isPool) poolMembers(this.#context).release(this.#context.id);
  }

  exchanges(): ExchangeCounts {
    return this.#client?.exchanges() ?? { reach: 0, replies: 0 };
  }

  inspect(): Record<string, unknown> {
    const { host, port } = this.#options.server;
    return {
      keyExchange: formatServer(host, port),
      ...(this.#session && { cipher: this.#session.cipher, cookies: this.#session.cookies }),
      ...(this.#exchanged !== 0n && {
        keysAgeS: Math.round(Number(this.#context.monotonic() - this.#exchanged) / 1e9),
      }),
      ...this.#certificate.inspect(),
      ...(this.#failure !== '' && { keyExchangeFailure: this.#failure }),
      ...this.#counters.counts,
      ...this.#client?.inspect(),
    };
  }

  /** Returns the authentication of the next request, or why none can be sent. */
  #authenticate(): Authentication | string {
    const request = this.#session?.next();
    const ageNs = Number(this.#context.monotonic() - this.#exchanged);
    // The cookies of a server that answers are never used up.
    if (request === undefined && this.#given !== undefined) this.#given.isUnwanted = true;
    if (request === undefined || ageNs > KEYS_REFRESH_NS || this.#given?.isUnwanted === true) this.#exchangeSoon();
    if (request !== undefined) return request;
    return this.#failure === '' ? 'new keys are being exchanged' : this.#failure;
  }

  /** Exchanges keys again when the address that serves both key exchange and NTP is no longer one of the name. */
  #newRefresh(): NameRefresh | undefined {
    const { server, refreshNs } = this.#options;
    if (refreshNs === 0 || octetsOf(server.host) !== undefined) return undefined;
    return new NameRefresh(this.#context, {
      host: server.host,
      intervalNs: refreshNs,
      current: () => (this.#place?.host === this.#address ? this.#address : undefined),
      onGone: () => this.#exchangeSoon(),
    });
  }

  #exchangeSoon(): void {
    if (this.#isExchanging || this.#next !== undefined) return;
    this.#exchangeAfter(Math.max(0, Number(this.#allowed - this.#context.monotonic())));
  }

  #exchangeAfter(delayNs: Ns): void {
    this.#next?.cancel();
    this.#next = this.#context.after(delayNs, async () => {
      this.#next = undefined;
      this.#isExchanging = true;
      try {
        this.#agreed(await this.#exchange());
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        this.#failed(error);
      } finally {
        this.#isExchanging = false;
      }
    });
  }

  /** Tries the addresses of the server in turn. */
  async #exchange(): Promise<KeyExchangeResult> {
    const { server, ca } = this.#options;
    const authorities =
      ca === undefined
        ? undefined
        : readInputFile({ path: ca, most: MOST_CA_OCTETS, what: 'the file of authorities' }).toString('latin1');
    const known =
      octetsOf(server.host) === undefined ? await this.#context.network.resolve(server.host) : [server.host];
    const addresses = inTurn(known, this.#address).slice(0, MOST_TRIES);
    let first: unknown;
    for (const address of addresses) {
      if (this.#stopped) break;
      try {
        const to = { address, port: server.port };
        const { notBefore } = this.#certificate;
        const options = { to, name: server.host, authorities, notBefore, deny: this.#denied() };
        return this.#admitted(await exchangeKeys(this.#context, options));
      } catch (error) {
        first ??= error;
      }
    }
    throw first ?? new HubError('TH_NET_RESOLVE', `${server.host} has no address`);
  }

  /** Returns the servers that a pool shall not give. */
  #denied(): readonly string[] {
    if (!this.#options.isPool) return [];
    const others = poolMembers(this.#context).others(this.#context.id, this.#pool);
    return this.#given?.isUnwanted === true ? [...others, this.#given.server] : others;
  }

  get #pool(): string {
    const { host, port } = this.#options.server;
    return formatServer(host, port);
  }

  /** Throws `TH_NTS_KEY_EXCHANGE` if a pool gives a server that another source of this pool has. */
  #admitted(result: KeyExchangeResult): KeyExchangeResult {
    if (!this.#options.isPool) return result;
    const server = result.agreement.written ?? result.address;
    if (!poolMembers(this.#context).take(this.#context.id, this.#pool, server)) {
      this.#given = undefined;
      throw new HubError(
        'TH_NTS_KEY_EXCHANGE',
        `the pool ${this.#pool} gives ${server}, which another source asks already`,
      );
    }
    this.#rejected = 0;
    // A pool that has no other server gives the same again: it is asked no sooner than for the first time.
    this.#given = { server, isUnwanted: false };
    return result;
  }

  #agreed({ keys, agreement, address, certificate }: KeyExchangeResult): void {
    if (this.#stopped) return;
    this.#counters.count('key_exchanges');
    this.#failure = '';
    this.#wait(LONGEST_DELAY_NS);
    this.#exchanged = this.#context.monotonic();
    this.#address = address;
    this.#certificate.accepted(certificate);
    const random = (octets: number): Uint8Array => this.#context.random(octets);
    this.#session = new NtsSession({ keys, cookies: agreement.cookies, random });
    this.#ask({ host: agreement.host ?? address, port: agreement.port });
  }

  /** Asks the NTP server from now on. */
  #ask(place: Server): void {
    const former = this.#place;
    if (former?.host === place.host && former.port === place.port) return;
    this.#client?.stop();
    if (former !== undefined) {
      const [now, then] = [place, former].map(({ host, port }) => formatServer(host, port));
      this.#context.replaced(`asks ${now} from now on: the key exchange names it in place of ${then}`);
    }
    this.#place = place;
    this.#client = new NtpClient(this.#context, {
      server: place,
      poll: this.#options.poll,
      refreshNs: this.#options.refreshNs,
      version: 4,
      interleaved: this.#options.interleaved,
      nts: {
        authenticate: () => this.#authenticate(),
        faultAt: (time) => this.#faultAt(time),
        reported: (time) => this.#reported(time),
        doubt: () => this.#certificate.doubt,
      },
    });
    this.#client.start();
  }

  /** Drops the keys of a server whose certificate is not valid at the time that it states. */
  #faultAt(time: Instant): string | undefined {
    const fault = this.#certificate.faultAt(time);
    if (fault === undefined) return undefined;
    this.#session = undefined;
    this.#failure = `the server ${fault}`;
    return this.#failure;
  }

  #reported(time: Instant): void {
    this.#certificate.reported(time);
    this.#rejected = this.#context.voteState() === 'rejected' ? this.#rejected + 1 : 0;
    if (this.#rejected >= MOST_REJECTED && this.#given !== undefined) this.#given.isUnwanted = true;
    this.#delayNs = FIRST_DELAY_NS;
    this.#allowed = 0n;
  }

  /** Puts off the next key exchange. Returns by how much. */
  #wait(longestNs: Ns): Ns {
    const delayNs = this.#delayNs * (1 + this.#context.random(1)[0]! / 1024);
    this.#delayNs = Math.min(longestNs, this.#delayNs * 2);
    this.#allowed = this.#context.monotonic() + BigInt(Math.round(delayNs));
    return delayNs;
  }

  #failed(error: HubError): void {
    if (this.#stopped) return;
    this.#counters.count('failed_key_exchanges');
    const isAway = error.code === 'TH_NET_CONNECT' || error.code === 'TH_NET_RESOLVE';
    const delayNs = this.#wait(isAway || this.#options.isPool ? LONGEST_DELAY_NS : LONGEST_REFUSED_NS);
    this.#failure = `${error.message}; tried again in ${formatSpan(Math.round(delayNs / 1e9) * 1e9)}`;
    if (this.#client === undefined) {
      this.#context.unreachable(this.#failure);
      this.#context.health('degraded', this.#failure);
    }
    this.#exchangeAfter(delayNs);
  }
}

/** Returns the addresses, the one that worked last time first, then in turn of both families. */
function inTurn(addresses: readonly string[], last: string | undefined): readonly string[] {
  const families = [...new Set(addresses.map(familyOf))];
  const lists = families.map((family) => addresses.filter((address) => familyOf(address) === family));
  const mixed = addresses.flatMap((_, i) => lists.flatMap((list) => list[i] ?? []));
  return last !== undefined && mixed.includes(last) ? [last, ...mixed.filter((address) => address !== last)] : mixed;
}
