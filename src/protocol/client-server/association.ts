import type { SourceContext, Timer } from '../../api/context.js';
import { HubError } from '../../api/error.js';
import type { Instant, Ns } from '../../api/time.js';
import type { Server } from './address.js';
import { NetworkWatch } from './network-watch.js';
import { Peer } from './peer.js';
import { Poll, type PollOptions } from './poll.js';
import { Reach } from './reach.js';
import { missing } from './reasons.js';

export interface AssociationOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** Sends one request. What came of it is told by `answered` or `missed`; then the next one is planned. */
  readonly ask: () => void;
  /** The server, or this machine, may be at another address now. */
  readonly onMoved?: () => void;
  /** What this machine lacks: the operator should know even while all is well. Empty: nothing. */
  readonly shortfall?: () => string;
}

/** Polls without an answer before the source is called unreachable, and between look-ups of its name from then on. */
const PATIENCE = 4;
const FIRST_LOOKUP_DELAY_NS = 2e9;
const LAST_LOOKUP_DELAY_NS = 64e9;
/** The same while the name server itself does not answer: that it is back shows in nothing else. */
const LAST_RESOLVER_DELAY_NS = 8e9;
/** At most so often the requests begin again because the network has changed. */
const RESTART_NS = 64e9;

/**
 * One server that is asked again and again (RFC 5905 §9 calls it an association): when it is asked next, where it is, whether
 * it answers, and what the hub and the operator are told when it does not.
 */
export class Association {
  readonly peer: Peer;
  readonly #context: SourceContext;
  readonly #options: AssociationOptions;
  readonly #poll: Poll;
  readonly #reach = new Reach();
  #asked: Instant = 0n;
  #firstMiss: Instant = 0n;
  #lastReply: Instant | undefined;
  #lookUpDelayNs: Ns = FIRST_LOOKUP_DELAY_NS;
  #condition = 'ok';
  #stopped = false;
  /** The next request or look-up. */
  #next: Timer | undefined;
  /** A request was sent, or a name is being looked up. */
  #isWaiting = false;
  #restarted: Instant | undefined;
  readonly #watch: NetworkWatch;

  constructor(context: SourceContext, options: AssociationOptions) {
    this.#context = context;
    this.#watch = new NetworkWatch(context, () => this.#networkChanged());
    this.#options = options;
    this.peer = new Peer(options.server);
    this.#poll = new Poll(options.poll, (minNs, maxNs) => context.worthAskingIn(minNs, maxNs));
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get intervalNs(): Ns {
    return this.#poll.intervalNs;
  }

  start(): void {
    this.#planAfter(0, () => (this.peer.endpoint === undefined ? this.#lookUp() : this.#ask()));
  }

  stop(): void {
    this.#stopped = true;
    this.#watch.stop();
  }

  inspect(): { readonly reach: number; readonly reachRegister: string } {
    return { reach: this.#reach.answers, reachRegister: this.#reach.octal };
  }

  /** To be called once the hub has what was in the answer. `condition`: "ok", or why there is no time to be had from it. */
  answered(condition = this.#condition): void {
    this.#isWaiting = false;
    this.#watch.stop();
    this.#reach.answered();
    this.#lastReply = this.#context.monotonic();
    this.#poll.answered();
    this.#report(condition);
  }

  /** `cause`: what the network or the server said instead, a sentence. */
  missed(cause: string | undefined): void {
    this.#isWaiting = false;
    this.#watch.start();
    if (this.#reach.missed === 0) this.#firstMiss = this.#asked;
    this.#reach.missedOne();
    this.#poll.missedOne();
    if (this.#reach.missed < PATIENCE) return;
    this.#unreachable(this.#whyMissing(cause));
    if (this.#isLost) this.#options.onMoved?.();
  }

  /** The shortfall is another one. */
  remark(): void {
    if (this.#condition === 'ok') this.#context.health('ok', this.#shortfall);
  }

  /** `leastNs`: not sooner after the last request than this. */
  planNext(leastNs: Ns = 0): void {
    if (this.#stopped) return;
    const [high, low] = this.#context.random(2);
    const chance = ((high! << 8) | low!) / 65536;
    const waitNs = Math.max(this.#poll.next(chance), leastNs);
    const leftNs = Math.max(0, waitNs - Number(this.#context.monotonic() - this.#asked));
    const lost = this.peer.named && this.#isLost;
    this.#planAfter(leftNs, () => (lost ? this.#lookUp() : this.#ask()));
  }

  /** Never to ask at this address again; another one of the name may be kinder. */
  leave(reason: string): void {
    this.peer.ban();
    this.#unreachable(reason);
    if (this.peer.named) this.#planAfter(this.#lookUpDelayNs, () => this.#lookUp());
  }

  get #isLost(): boolean {
    const { missed } = this.#reach;
    return missed > 0 && missed % PATIENCE === 0;
  }

  #planAfter(delayNs: Ns, work: () => void | Promise<void>): void {
    this.#next?.cancel();
    this.#next = this.#context.after(delayNs, work);
  }

  /** An interface came up, or another network: what could not be reached may be reached now. */
  #networkChanged(): void {
    const now = this.#context.monotonic();
    if (this.#restarted !== undefined && Number(now - this.#restarted) < RESTART_NS) return;
    this.#restarted = now;
    this.#poll.restart();
    this.#lookUpDelayNs = FIRST_LOOKUP_DELAY_NS;
    if (this.#isWaiting) return;
    this.#planAfter(0, () => (this.peer.named ? this.#lookUp() : this.#ask()));
  }

  #ask(): void {
    if (this.#stopped) return;
    this.#isWaiting = true;
    this.#asked = this.#context.monotonic();
    this.#options.ask();
  }

  #whyMissing(cause: string | undefined): string {
    const now = this.#context.monotonic();
    const why = missing({
      cause,
      requests: this.#reach.missed,
      sinceNs: Number(now - this.#firstMiss),
      replyAgeNs: this.#lastReply === undefined ? undefined : Number(now - this.#lastReply),
    });
    const shortfall = cause === undefined ? this.#shortfall : '';
    return shortfall === '' ? why : `${why}; ${shortfall}`;
  }

  get #shortfall(): string {
    return this.#options.shortfall?.() ?? '';
  }

  #unreachable(reason: string): void {
    this.#context.unreachable(reason);
    this.#report('unreachable', reason);
  }

  /** Tells the operator once a change, not once a poll. */
  #report(condition: string, reason = condition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    if (condition === 'ok') this.#context.health('ok', this.#shortfall);
    else this.#context.health('degraded', reason);
  }

  async #lookUp(): Promise<void> {
    this.#isWaiting = true;
    const failure = await this.#renew();
    this.#isWaiting = false;
    if (this.#stopped) return;
    this.#options.onMoved?.();
    if (failure === undefined || this.peer.endpoint !== undefined) {
      this.#lookUpDelayNs = FIRST_LOOKUP_DELAY_NS;
      return this.#ask();
    }
    this.#watch.start();
    this.#unreachable(failure.reason);
    this.#planAfter(this.#lookUpDelayNs, () => this.#lookUp());
    const lastNs = failure.isPassing ? LAST_RESOLVER_DELAY_NS : LAST_LOOKUP_DELAY_NS;
    this.#lookUpDelayNs = Math.min(lastNs, this.#lookUpDelayNs * 2);
  }

  /** Returns the reason when there is no address to ask. */
  async #renew(): Promise<{ readonly reason: string; readonly isPassing: boolean } | undefined> {
    try {
      await this.peer.renew(this.#context.network);
      if (this.peer.endpoint !== undefined) return undefined;
      return { reason: `every address of ${this.peer} refuses to serve this machine`, isPassing: false };
    } catch (error) {
      if (error instanceof HubError) return { reason: error.message, isPassing: isPassing(error) };
      throw error;
    }
  }
}

/** The name server did not answer; whether the name exists is open. */
const isPassing = ({ cause }: HubError): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EAI_AGAIN';
