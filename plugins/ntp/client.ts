import type { Ns, SourceContext, Stamp } from 'timehub/api';
import { Association, type PollOptions, type Server, Tally } from 'timehub/protocol/client-server';
import { type Answer, Kisses, measure } from 'timehub/protocol/ntp';
import { Attempt, type Outcome } from './attempt.js';
import { claimsOf, legsOf } from './legs.js';

export interface ClientOptions {
  readonly server: Server;
  readonly poll: PollOptions;
}

/** How long to wait for a reply: as long as the poll interval, within these. A delay of seconds bounds nothing. */
const MIN_WINDOW_NS = 1e9;
const MAX_WINDOW_NS = 5e9;

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Replies that answered a request',
  kisses: 'Kisses of death received',
  bogus: 'Datagrams that answered nothing and were ignored',
} as const;

/** One server asked again and again: what is heard goes to the hub, the rest into counters. */
export class Client {
  readonly #context: SourceContext;
  readonly #association: Association;
  readonly #longestNs: Ns;
  readonly #tally: Tally<keyof typeof COUNTERS>;
  #kisses = new Kisses();
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, { server, poll }: ClientOptions) {
    this.#context = context;
    this.#association = new Association(context, { server, poll, ask: () => this.#ask() });
    this.#longestNs = poll.maxNs;
    this.#tally = new Tally(context.metrics, COUNTERS);
  }

  start(): void {
    this.#association.start();
  }

  stop(): void {
    this.#association.stop();
  }

  inspect(): Record<string, unknown> {
    return {
      server: String(this.#association.peer),
      ...this.#association.inspect(),
      pollIntervalS: this.#intervalNs / 1e9,
      ...this.#newest,
      ...this.#tally.counts,
    };
  }

  get #intervalNs(): Ns {
    return Math.max(this.#association.intervalNs, this.#kisses.minIntervalNs);
  }

  #ask(): void {
    this.#tally.count('requests');
    new Attempt(this.#context, {
      peer: this.#association.peer.endpoint!,
      windowNs: Math.min(MAX_WINDOW_NS, Math.max(MIN_WINDOW_NS, this.#intervalNs)),
      onBogus: () => this.#tally.count('bogus'),
      onEnd: (outcome) => this.#ended(outcome),
    });
  }

  #ended(outcome: Outcome): void {
    if (this.#association.stopped) return;
    switch (outcome.kind) {
      case 'answer':
        this.#answered(this.#use(outcome.answer, outcome.sent, outcome.received));
        break;
      case 'unusable':
        this.#answered(this.#disown(outcome.answer, `the server ${outcome.reason}`));
        break;
      case 'kiss':
        this.#tally.count('kisses');
        this.#kisses.take(outcome.code, this.#intervalNs);
        this.#missed(`${this.#association.peer} answers with the kiss of death ${outcome.code}`);
        break;
      case 'silence':
        this.#missed(outcome.cause);
    }
    if (this.#kisses.refusedBy === undefined) this.#association.planNext(this.#kisses.minIntervalNs);
    else this.#leave(this.#kisses.refusedBy);
  }

  #answered(condition: string | undefined): void {
    this.#tally.count('replies');
    this.#kisses.answered();
    this.#association.answered(condition);
  }

  #missed(cause: string | undefined): void {
    this.#kisses.missedOne();
    this.#association.missed(cause);
  }

  /** Answers with the condition that the server is in; undefined: this reply does not tell. */
  #use(answer: Answer, sent: Stamp, received: Stamp): string | undefined {
    const measured = measure(answer, sent, received);
    if (typeof measured === 'string') {
      this.#context.log.debug(`a reply ${measured}`);
      return undefined;
    }
    this.#newest = { offsetNs: measured.offsetNs, delayNs: measured.delayNs, sentBy: sent.by, receivedBy: received.by };
    this.#claim(answer);
    this.#context.observe(legsOf(answer, sent, received, this.#association.peer.path));
    return 'ok';
  }

  /** `flaw`: why there is no time to be had from it. */
  #claim(answer: Answer, flaw?: string): void {
    const intervalNs = Math.max(this.#longestNs, this.#kisses.minIntervalNs);
    this.#context.claim({ ...claimsOf(answer, this.#association.peer.endpoint!, flaw), intervalNs });
  }

  /** It answers, but there is no time to be had from it. */
  #disown(answer: Answer, reason: string): string {
    this.#claim(answer, reason);
    return reason;
  }

  /** DENY and RSTR: never to ask this server again (RFC 5905 §7.4). */
  #leave(code: string): void {
    this.#kisses = new Kisses();
    this.#association.leave(`${this.#association.peer} refuses to serve this machine (kiss of death ${code})`);
  }
}
