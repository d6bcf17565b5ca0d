import type { SourceContext, Timer } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { Instant, Ns } from '../api/time.js';
import { formatSpan } from '../api/units.js';
import type { Server } from '../protocol/address/index.js';
import { sharedAddresses } from './address-book.js';
import { NetworkWatch } from './network-watch.js';
import { Peer } from './peer.js';
import { Poll, type PollOptions } from './poll.js';
import { Reach } from './reach.js';
import { missing } from './unreachable-reason.js';

export interface AssociationOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** Sends one request. What came of it is told by `answered` or `missed`; then the next one is planned. */
  readonly ask: () => void;
  /** The server, or this machine, may be at another address now. */
  readonly onMoved?: () => void;
  /** Another server is asked from now on. */
  readonly onReplaced?: () => void;
  /** What this machine lacks: the operator should know even while all is well. Empty: nothing. */
  readonly shortfall?: () => string;
}

/** Polls without an answer before the source is called unreachable, and between look-ups of its name from then on. */
const PATIENCE = 4;
/** Answers in a row without use before another address of the name is tried; twice as many after each change. */
const USELESS_ANSWERS = 8;
const MOST_USELESS_ANSWERS = 64;
const FIRST_LOOKUP_DELAY_NS = 2e9;
const LAST_LOOKUP_DELAY_NS = 64e9;
/** The same while the name server itself does not answer: that it is back shows in nothing else. */
const LAST_RESOLVER_DELAY_NS = 8e9;
/** A server that refuses to serve is left alone for so long, twice as long each time. */
const FIRST_BAN_NS = 3600e9;
const LONGEST_BAN_NS = 86_400e9;
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
  #poll: Poll;
  #reach = new Reach();
  #asked: Instant = 0n;
  #firstMiss: Instant = 0n;
  #lastReply: Instant | undefined;
  #lookUpDelayNs: Ns = FIRST_LOOKUP_DELAY_NS;
  #condition = 'ok';
  /** Answers in a row that were of no use, and how many are one too many. */
  #useless = 0;
  #patience = USELESS_ANSWERS;
  /** Why another address of the name should be asked, the end of a sentence about the present server; empty: it should not. */
  #objection = '';
  /** The server that was asked before, while another one is looked for. */
  #former = '';
  #wasAsked = false;
  #banNs: Ns = FIRST_BAN_NS;
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
    this.peer = new Peer(options.server, sharedAddresses(context), context.id);
    this.#poll = this.#newPoll();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The server at the present address has answered at least once. */
  get hasAnswered(): boolean {
    return this.#lastReply !== undefined;
  }

  get intervalNs(): Ns {
    return this.#poll.intervalNs;
  }

  /** Answers to the last eight requests. */
  get reach(): number {
    return this.#reach.answers;
  }

  start(): void {
    this.peer.open();
    this.#planAfter(0, () => (this.peer.endpoint === undefined ? this.#lookUp() : this.#ask()));
  }

  stop(): void {
    this.#stopped = true;
    this.peer.close();
    this.#watch.stop();
  }

  inspect(): { readonly reach: number; readonly reachRegister: string } {
    return { reach: this.reach, reachRegister: this.#reach.octal };
  }

  /** To be called once the hub has what was in the answer. `condition`: "ok", or why there is no time to be had from it. */
  answered(condition = this.#condition): void {
    this.#isWaiting = false;
    this.#watch.stop();
    this.#reach.answered();
    this.#lastReply = this.#context.monotonic();
    this.#poll.answered();
    this.#banNs = FIRST_BAN_NS;
    this.#report(condition);
    this.#weigh(condition);
  }

  /**
   * `cause`: what the network or the server said instead, a sentence. `refused`: a sentence about the replies that came
   * since the last accepted one and were refused.
   */
  missed(cause: string | undefined, refused?: string): void {
    this.#isWaiting = false;
    this.#watch.start();
    if (this.#reach.missed === 0) this.#firstMiss = this.#asked;
    this.#reach.missedOne();
    this.#poll.missedOne();
    if (this.#reach.missed < PATIENCE) return;
    this.#unreachable(this.#whyMissing(cause, refused));
    if (!this.#isLost) return;
    this.#objection = 'does not answer';
    this.#options.onMoved?.();
  }

  /** The next request goes to another address of the name, if there is one. `why`: the end of a sentence about the server. */
  preferAnother(why: string): void {
    this.#objection = why;
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
    const moves = this.peer.named && (this.#objection !== '' || !this.peer.isOurs);
    this.#planAfter(leftNs, () => (moves ? this.#lookUp() : this.#ask()));
  }

  /** Not to ask at this address for an hour, twice as long each time up to a day; another one of the name may be kinder. */
  leave(reason: string): void {
    const banNs = this.#banNs;
    this.#banNs = Math.min(LONGEST_BAN_NS, banNs * 2);
    const former = String(this.peer);
    this.peer.ban(this.#context.monotonic() + BigInt(banNs));
    this.#watch.stop();
    this.#unreachable(`${reason}; it is asked again in ${formatSpan(banNs)}`);
    if (!this.peer.named) {
      this.#planAfter(banNs, () => this.#ask());
      return;
    }
    this.#objection = 'refuses to serve this machine';
    this.#former = former;
    this.#planAfter(this.#lookUpDelayNs, () => this.#lookUp());
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
    this.#wasAsked = true;
    this.#options.ask();
  }

  #whyMissing(cause: string | undefined, refused: string | undefined): string {
    const now = this.#context.monotonic();
    const why = missing({
      refused,
      cause,
      requests: this.#reach.missed,
      sinceNs: Number(now - this.#firstMiss),
      replyAgeNs: this.#lastReply === undefined ? undefined : Number(now - this.#lastReply),
    });
    const shortfall = cause === undefined && refused === undefined ? this.#shortfall : '';
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

  /** Counts what is of no use in the vote: what no majority agrees with, and what is not synchronised. */
  #weigh(condition: string): void {
    const state = condition === 'ok' ? this.#context.voteState() : 'rejected';
    if (state === 'combined' || state === 'agrees') {
      this.#useless = 0;
      this.#patience = USELESS_ANSWERS;
    }
    if (state !== 'rejected' || ++this.#useless < this.#patience) return;
    this.#useless = 0;
    this.#patience = Math.min(MOST_USELESS_ANSWERS, this.#patience * 2);
    this.#objection = condition === 'ok' ? 'disagrees with the majority' : 'has no time to give';
  }

  async #lookUp(): Promise<void> {
    this.#isWaiting = true;
    const failure = await this.#resolve();
    this.#isWaiting = false;
    if (this.#stopped) return;
    this.#options.onMoved?.();
    if (!this.peer.isOurs) this.#objection = 'is asked by another source';
    if (this.#former === '' && this.#wasAsked) this.#former = String(this.peer);
    if (this.#objection !== '') this.peer.giveUp(this.#context.monotonic());
    const renewal = this.peer.take();
    if (renewal === 'none') {
      this.#watch.start();
      this.#unreachable(failure?.reason ?? this.peer.shortage);
      this.#planAfter(this.#lookUpDelayNs, () => this.#lookUp());
      const lastNs = failure?.isPassing === true ? LAST_RESOLVER_DELAY_NS : LAST_LOOKUP_DELAY_NS;
      this.#lookUpDelayNs = Math.min(lastNs, this.#lookUpDelayNs * 2);
      return;
    }
    this.#lookUpDelayNs = FIRST_LOOKUP_DELAY_NS;
    if (renewal !== 'same') this.#begin(renewal);
    this.#former = this.#objection = '';
    this.#ask();
  }

  /** Returns the reason when the name cannot be looked up. */
  async #resolve(): Promise<{ readonly reason: string; readonly isPassing: boolean } | undefined> {
    try {
      await this.peer.lookUp(this.#context.network, () => this.#context.monotonic());
      return undefined;
    } catch (error) {
      if (error instanceof HubError) return { reason: error.message, isPassing: isPassing(error) };
      throw error;
    }
  }

  /** At another server nothing holds that was found out about the former one. */
  #begin(renewal: 'fresh' | 'again'): void {
    if (!this.#wasAsked) return;
    // Among servers that are all dead, a change is no news, and there is nothing to forget.
    const isNews = renewal === 'fresh' || this.hasAnswered;
    this.#reach = new Reach();
    this.#lastReply = undefined;
    this.#useless = 0;
    this.#options.onReplaced?.();
    // One that failed before is asked as seldom as the former one would have been.
    if (renewal === 'fresh') this.#poll = this.#newPoll();
    if (isNews) this.#context.replaced(`asks ${this.peer} from now on: ${this.#former} ${this.#objection}`);
  }

  #newPoll(): Poll {
    return new Poll(this.#options.poll, (minNs, maxNs) => this.#context.worthAskingIn(minNs, maxNs));
  }
}

/** The name server did not answer; whether the name exists is open. */
const isPassing = ({ cause }: HubError): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EAI_AGAIN';
