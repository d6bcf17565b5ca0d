import { HubError, type Instant, type Ns, type SourceContext, type Stamp } from 'timehub/api';
import { missing, Peer, Poll, type PollOptions, Tally } from 'timehub/protocol/client-server';
import { type Answer, Kisses, measure, namesUs, Reach, type Server } from 'timehub/protocol/ntp';
import { Attempt, type Outcome } from './attempt.js';
import { claimsOf, legsOf } from './legs.js';

export interface ClientOptions {
  readonly server: Server;
  readonly poll: PollOptions;
}

/** Polls without an answer before the source is called unreachable, and between look-ups of its name from then on. */
const PATIENCE = 4;
/** How long to wait for a reply: as long as the poll interval, within these. A delay of seconds bounds nothing. */
const MIN_WINDOW_NS = 1e9;
const MAX_WINDOW_NS = 5e9;
const FIRST_LOOKUP_DELAY_NS = 2e9;
const LAST_LOOKUP_DELAY_NS = 64e9;

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Replies that answered a request',
  kisses: 'Kisses of death received',
  bogus: 'Datagrams that answered nothing and were ignored',
} as const;

/** One server asked again and again: what is heard goes to the hub, the rest into counters. */
export class Client {
  readonly #context: SourceContext;
  readonly #peer: Peer;
  readonly #poll: Poll;
  readonly #longestNs: Ns;
  readonly #reach = new Reach();
  readonly #tally: Tally<keyof typeof COUNTERS>;
  #kisses = new Kisses();
  #asked: Instant = 0n;
  #firstMiss: Instant = 0n;
  #lastReply: Instant | undefined;
  #lookUpDelayNs: Ns = FIRST_LOOKUP_DELAY_NS;
  #condition = 'ok';
  #stopped = false;
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, options: ClientOptions) {
    this.#context = context;
    this.#peer = new Peer(options.server);
    this.#poll = new Poll(options.poll, (minNs, maxNs) => context.worthAskingIn(minNs, maxNs));
    this.#longestNs = options.poll.maxNs;
    this.#tally = new Tally(context.metrics, COUNTERS);
  }

  start(): void {
    this.#context.after(0, () => (this.#peer.endpoint === undefined ? this.#lookUp() : this.#ask()));
  }

  stop(): void {
    this.#stopped = true;
  }

  inspect(): Record<string, unknown> {
    return {
      server: String(this.#peer),
      reach: this.#reach.answers,
      reachRegister: this.#reach.octal,
      pollIntervalS: this.#intervalNs / 1e9,
      ...this.#newest,
      ...this.#tally.counts,
    };
  }

  get #intervalNs(): Ns {
    return Math.max(this.#poll.intervalNs, this.#kisses.minIntervalNs);
  }

  #ask(): void {
    if (this.#stopped) return;
    this.#asked = this.#context.monotonic();
    this.#tally.count('requests');
    new Attempt(this.#context, {
      peer: this.#peer.endpoint!,
      windowNs: Math.min(MAX_WINDOW_NS, Math.max(MIN_WINDOW_NS, this.#intervalNs)),
      onBogus: () => this.#tally.count('bogus'),
      onEnd: (outcome) => this.#ended(outcome),
    });
  }

  #ended(outcome: Outcome): void {
    if (this.#stopped) return;
    switch (outcome.kind) {
      case 'answer':
        this.#replied();
        this.#use(outcome.answer, outcome.sent, outcome.received);
        this.#poll.answered();
        break;
      case 'unusable':
        this.#replied();
        this.#disown(outcome.answer, `the server ${outcome.reason}`);
        this.#poll.answered();
        break;
      case 'kiss':
        this.#tally.count('kisses');
        this.#kisses.take(outcome.code, this.#intervalNs);
        this.#missed(`${this.#peer} answers with the kiss of death ${outcome.code}`);
        break;
      case 'silence':
        this.#missed(outcome.cause);
    }
    this.#planNext();
  }

  #replied(): void {
    this.#tally.count('replies');
    this.#reach.answered();
    this.#kisses.answered();
    this.#lastReply = this.#context.monotonic();
  }

  #use(answer: Answer, sent: Stamp, received: Stamp): void {
    if (namesUs(answer.refid, answer.stratum, this.#context.network.addresses())) {
      this.#disown(answer, `the server follows this machine (refid ${answer.reference})`);
      return;
    }
    const measured = measure(answer, sent, received);
    if (typeof measured === 'string') {
      this.#context.log.debug(`a reply ${measured}`);
      return;
    }
    this.#newest = { offsetNs: measured.offsetNs, delayNs: measured.delayNs, sentBy: sent.by, receivedBy: received.by };
    this.#claim(answer, 'synchronised');
    this.#context.observe(legsOf(answer, sent, received, this.#peer.path));
    this.#report('ok');
  }

  #claim(answer: Answer, state: 'synchronised' | 'unsynchronised'): void {
    const intervalNs = Math.max(this.#longestNs, this.#kisses.minIntervalNs);
    this.#context.claim({ ...claimsOf(answer, this.#peer.endpoint!, state), intervalNs });
  }

  /** It answers, but there is no time to be had from it. */
  #disown(answer: Answer, reason: string): void {
    this.#claim(answer, 'unsynchronised');
    this.#report(reason);
  }

  #missed(cause: string | undefined): void {
    if (this.#reach.missed === 0) this.#firstMiss = this.#asked;
    this.#reach.missedOne();
    this.#kisses.missedOne();
    this.#poll.missedOne();
    if (this.#reach.missed >= PATIENCE) this.#unreachable(this.#whyMissing(cause));
  }

  #whyMissing(cause: string | undefined): string {
    const now = this.#context.monotonic();
    return missing({
      cause,
      requests: this.#reach.missed,
      sinceNs: Number(now - this.#firstMiss),
      replyAgeNs: this.#lastReply === undefined ? undefined : Number(now - this.#lastReply),
    });
  }

  #unreachable(reason: string): void {
    this.#context.unreachable(reason);
    this.#report('unreachable', reason);
  }

  /** Tells the operator once a change, not once a poll. */
  #report(condition: string, reason = condition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    if (condition === 'ok') this.#context.health('ok', '');
    else this.#context.health('degraded', reason);
  }

  #planNext(): void {
    const refusal = this.#kisses.refusedBy;
    if (refusal !== undefined) {
      this.#leave(refusal);
      return;
    }
    const [high, low] = this.#context.random(2);
    const chance = ((high! << 8) | low!) / 65536;
    const waitNs = Math.max(this.#poll.next(chance), this.#kisses.minIntervalNs);
    const leftNs = Math.max(0, waitNs - Number(this.#context.monotonic() - this.#asked));
    const { missed } = this.#reach;
    const lost = this.#peer.named && missed > 0 && missed % PATIENCE === 0;
    this.#context.after(leftNs, () => (lost ? this.#lookUp() : this.#ask()));
  }

  /** DENY and RSTR: never to ask this server again (RFC 5905 §7.4); another address of the name may be kinder. */
  #leave(code: string): void {
    const reason = `${this.#peer} refuses to serve this machine (kiss of death ${code})`;
    this.#peer.ban();
    this.#kisses = new Kisses();
    this.#unreachable(reason);
    if (this.#peer.named) this.#context.after(this.#lookUpDelayNs, () => this.#lookUp());
  }

  async #lookUp(): Promise<void> {
    const failure = await this.#renew();
    if (this.#stopped) return;
    if (failure === undefined || this.#peer.endpoint !== undefined) {
      this.#lookUpDelayNs = FIRST_LOOKUP_DELAY_NS;
      return this.#ask();
    }
    this.#unreachable(failure);
    this.#context.after(this.#lookUpDelayNs, () => this.#lookUp());
    this.#lookUpDelayNs = Math.min(LAST_LOOKUP_DELAY_NS, this.#lookUpDelayNs * 2);
  }

  /** Answers with the reason when there is no address to ask. */
  async #renew(): Promise<string | undefined> {
    try {
      await this.#peer.renew(this.#context.network);
      return this.#peer.endpoint === undefined
        ? `every address of ${this.#peer} refuses to serve this machine`
        : undefined;
    } catch (error) {
      if (error instanceof HubError) return error.message;
      throw error;
    }
  }
}
