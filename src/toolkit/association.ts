import type { SourceContext, Timer } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { Instant, Ns } from '../api/time.js';
import { formatSpan } from '../api/units.js';
import type { Server } from '../protocol/address/index.js';
import { sharedAddresses } from './address-book.js';
import { NameRefresh } from './name-refresh.js';
import { NetworkWatch } from './network-watch.js';
import { Peer } from './peer.js';
import { Poll, type PollOptions } from './poll.js';
import { Reach } from './reach.js';
import { unreachableReason } from './unreachable-reason.js';

export interface AssociationOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** Family of the addresses of a name that are used. Default: both. */
  readonly family?: 4 | 6 | undefined;
  /** Longest time between look-ups of a name whose server answers, ns. 0: it is looked up only when its server is of no use. */
  readonly refreshNs?: Ns;
  /** Sends one request. The caller then calls `answered` or `missed`, and `planNext`. */
  readonly ask: () => void;
  /** Called when the server, or this machine, may have another address. */
  readonly onMoved?: () => void;
  /** Called when another server is asked from now on. */
  readonly onReplaced?: () => void;
  /** Returns a clause about something that this machine lacks, for the operator; '' if nothing. */
  readonly shortfall?: () => string;
}

/** Polls without a reply until the source is unreachable, and then between look-ups of its name. */
const PATIENCE = 4;
/** Useless replies in a row until another address of the name is tried; doubled after each change. */
const USELESS_ANSWERS = 8;
const MOST_USELESS_ANSWERS = 64;
const FIRST_LOOKUP_DELAY_NS = 2e9;
const LAST_LOOKUP_DELAY_NS = 64e9;
/** Longest delay between look-ups while the name server does not answer: only a look-up shows that it is back. */
const LAST_RESOLVER_DELAY_NS = 8e9;
/** Duration of the first ban of a server that refuses to serve; each ban is twice as long as the last one. */
const FIRST_BAN_NS = 3600e9;
const LONGEST_BAN_NS = 86_400e9;
/** Shortest time between restarts of the poll because the network has changed. */
const RESTART_NS = 64e9;

/**
 * One server that is polled (an association of RFC 5905 §9): plans the requests, looks its name up, keeps the reach register,
 * and reports to hub and operator why no time comes.
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
  /** Useless replies in a row. */
  #useless = 0;
  /** Number of them after which another address is tried. */
  #patience = USELESS_ANSWERS;
  /** Why another address of the name should be asked, as the end of a sentence about the present server; '': no reason. */
  #leaveReason = '';
  /** Name of the last server while another one is sought. */
  #former = '';
  #wasAsked = false;
  #banNs: Ns = FIRST_BAN_NS;
  #stopped = false;
  /** Timer of the next request or look-up. */
  #next: Timer | undefined;
  /** True while a reply or the result of a look-up is awaited. */
  #isWaiting = false;
  #restarted: Instant | undefined;
  readonly #watch: NetworkWatch;
  #refresh: NameRefresh | undefined;

  constructor(context: SourceContext, options: AssociationOptions) {
    this.#context = context;
    this.#watch = new NetworkWatch(context, () => this.#networkChanged());
    this.#options = options;
    this.peer = new Peer(options.server, sharedAddresses(context), { owner: context.id, family: options.family });
    this.#poll = this.#newPoll();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** True if the server at the present address has replied at least once. */
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
    this.#refresh = this.#newRefresh();
    this.#planAfter(0, () => (this.peer.endpoint === undefined ? this.#lookUp() : this.#ask()));
  }

  stop(): void {
    this.#stopped = true;
    this.peer.close();
    this.#watch.stop();
    this.#refresh?.stop();
  }

  inspect(): { readonly reach: number; readonly reachRegister: string } {
    return { reach: this.reach, reachRegister: this.#reach.octal };
  }

  /** To be called after the reply was reported to the hub. `condition`: "ok", or a sentence why its time cannot be used. */
  answered(condition = this.#condition): void {
    this.#isWaiting = false;
    this.#watch.stop();
    this.#reach.answered();
    this.#lastReply = this.#context.monotonic();
    this.#poll.answered();
    this.#banNs = FIRST_BAN_NS;
    this.#report(condition);
    this.#countUseless(condition);
  }

  /**
   * To be called if no usable reply came. `cause`: a sentence about the answer of the network or the server instead. `refused`:
   * a sentence about the replies that were refused since the last accepted one.
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
    this.#leaveReason = 'does not answer';
    this.#options.onMoved?.();
  }

  /** Sends the next request to another address of the name, if there is one. `why`: the end of a sentence about the server. */
  preferAnother(why: string): void {
    this.#leaveReason = why;
  }

  /** To be called when `shortfall` has changed. */
  updateShortfall(): void {
    if (this.#condition === 'ok') this.#context.health('ok', this.#shortfall);
  }

  /** Plans one more request, this long after the last one; those of the poll follow it as they would have followed that one. */
  planFollowUp(delayNs: Ns): void {
    if (!this.#stopped) this.#planAfter(this.#leftNs(delayNs), () => this.#ask());
  }

  /** Plans the next request. `leastNs`: shortest time since the last one. */
  planNext(leastNs: Ns = 0): void {
    if (this.#stopped) return;
    const [high, low] = this.#context.random(2);
    const chance = ((high! << 8) | low!) / 65536;
    const leftNs = this.#leftNs(Math.max(this.#poll.next(chance), leastNs));
    const moves = this.peer.named && (this.#leaveReason !== '' || !this.peer.isOurs);
    this.#planAfter(leftNs, () => (moves ? this.#lookUp() : this.#ask()));
  }

  /** Bans the present address for an hour, twice as long each time up to a day, and asks another one of the name. */
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
    this.#leaveReason = 'refuses to serve this machine';
    this.#former = former;
    this.#planAfter(this.#lookUpDelayNs, () => this.#lookUp());
  }

  get #isLost(): boolean {
    const { missed } = this.#reach;
    return missed > 0 && missed % PATIENCE === 0;
  }

  /** Returns the time left until `waitNs` after the last request. */
  #leftNs(waitNs: Ns): Ns {
    return Math.max(0, waitNs - Number(this.#context.monotonic() - this.#asked));
  }

  #planAfter(delayNs: Ns, work: () => void | Promise<void>): void {
    this.#next?.cancel();
    this.#next = this.#context.after(delayNs, work);
  }

  /** Restarts the poll: a server that was unreachable may be reachable now. */
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
    const why = unreachableReason({
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

  /** Reports changes to the operator, not each poll. */
  #report(condition: string, reason = condition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    if (condition === 'ok') this.#context.health('ok', this.#shortfall);
    else this.#context.health('degraded', reason);
  }

  /** Counts useless replies: rejected in the vote, or without time. */
  #countUseless(condition: string): void {
    const state = condition === 'ok' ? this.#context.voteState() : 'rejected';
    if (state === 'combined' || state === 'agrees') {
      this.#useless = 0;
      this.#patience = USELESS_ANSWERS;
    }
    if (state !== 'rejected' || ++this.#useless < this.#patience) return;
    this.#useless = 0;
    this.#patience = Math.min(MOST_USELESS_ANSWERS, this.#patience * 2);
    this.#leaveReason = condition === 'ok' ? 'disagrees with the majority' : 'has no time to give';
  }

  async #lookUp(): Promise<void> {
    this.#isWaiting = true;
    const failure = await this.#resolve();
    this.#isWaiting = false;
    if (this.#stopped) return;
    this.#options.onMoved?.();
    if (!this.peer.isOurs) this.#leaveReason = 'is asked by another source';
    if (this.#former === '' && this.#wasAsked) this.#former = String(this.peer);
    if (this.#leaveReason !== '') this.peer.giveUp(this.#context.monotonic());
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
    this.#former = this.#leaveReason = '';
    this.#ask();
  }

  /** Returns the reason if the look-up fails. */
  async #resolve(): Promise<{ readonly reason: string; readonly isPassing: boolean } | undefined> {
    try {
      await this.peer.lookUp(this.#context.network, () => this.#context.monotonic());
      return undefined;
    } catch (error) {
      if (error instanceof HubError) return { reason: error.message, isPassing: isPassing(error) };
      throw error;
    }
  }

  /** Begins with another server; everything known of the last one is dropped. */
  #begin(renewal: 'fresh' | 'again'): void {
    if (!this.#wasAsked) return;
    // A change from one silent server to another is not reported.
    const isNews = renewal === 'fresh' || this.hasAnswered;
    this.#reach = new Reach();
    this.#lastReply = undefined;
    this.#useless = 0;
    this.#options.onReplaced?.();
    // An address that failed before keeps the long intervals.
    if (renewal === 'fresh') this.#poll = this.#newPoll();
    if (isNews) this.#context.replaced(`asks ${this.peer} from now on: ${this.#former} ${this.#leaveReason}`);
  }

  /** Returns the look-ups of the name while its server answers; undefined for a literal address. */
  #newRefresh(): NameRefresh | undefined {
    const { server, refreshNs = 0 } = this.#options;
    if (!this.peer.named || refreshNs === 0) return undefined;
    return new NameRefresh(this.#context, {
      host: server.host,
      intervalNs: refreshNs,
      current: () => (this.hasAnswered ? this.peer.endpoint?.address : undefined),
      onGone: () => this.preferAnother('is no longer among the addresses of the name'),
    });
  }

  #newPoll(): Poll {
    return new Poll(this.#options.poll, (minNs, maxNs) => this.#context.worthAskingIn(minNs, maxNs));
  }
}

/** Returns true if the name server did not answer, so that the name may exist. */
const isPassing = ({ cause }: HubError): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EAI_AGAIN';
