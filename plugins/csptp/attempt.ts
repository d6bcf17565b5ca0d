import type { Context, Datagram, Ns, Stamp, Timer } from 'timehub/api';
import { type Answer, Exchange, type Question, type RefusalReason } from 'timehub/protocol/csptp';
import type { Ports } from './ports.js';

/** How much of an answer has come. */
export type Heard = 'nothing' | 'sync' | 'follow-up';

/** How one request ended. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer<Stamp>; readonly sent: Stamp }
  | { readonly kind: 'unstamped' }
  | { readonly kind: 'silence'; readonly heard: Heard };

export interface AttemptOptions {
  readonly ports: Ports;
  readonly question: Question;
  /** How long to wait for the whole answer. */
  readonly windowNs: Ns;
  readonly onRefused: (reason: RefusalReason) => void;
  /** Called once, later than `send`. */
  readonly onEnd: (outcome: Outcome) => void;
}

/** How long the transmit stamp may come after the answer. */
const STAMP_PATIENCE_NS = 5e6;

/** One request and what comes of it. The sockets are the caller's, who hands in what they hear. */
export class Attempt {
  readonly #context: Context;
  readonly #options: AttemptOptions;
  readonly #exchange: Exchange<Stamp>;
  #timer: Timer | undefined;
  #heard: Heard = 'nothing';
  #id: number | undefined;
  #before: Stamp | undefined;
  #sent: Stamp | undefined;
  #answer: Answer<Stamp> | undefined;
  #over = false;

  constructor(context: Context, options: AttemptOptions) {
    this.#context = context;
    this.#options = options;
    this.#exchange = new Exchange<Stamp>(options.question);
  }

  /** Throws `TH_NET_SEND`. */
  send(): void {
    const { ports, windowNs } = this.#options;
    const { id, before } = ports.event.send(this.#exchange.request);
    this.#id = id;
    this.#before = before;
    this.#timer = this.#context.after(windowNs, () => this.#end({ kind: 'silence', heard: this.#heard }));
  }

  /** Only what comes to the event port has a stamp that counts. */
  hear({ payload, received }: Datagram, at: 'event' | 'general'): void {
    const verdict = this.#exchange.judge(payload, at === 'event' ? received : undefined);
    if (verdict.kind === 'refused') this.#options.onRefused(verdict.reason);
    else if (verdict.kind === 'waiting') this.#heard = verdict.for === 'sync' ? 'follow-up' : 'sync';
    else this.#complete(verdict.answer);
  }

  left(id: number, sent: Stamp): void {
    if (id !== this.#id) return;
    this.#sent = sent;
    if (this.#answer !== undefined) this.#finish();
  }

  cancel(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  #complete(answer: Answer<Stamp>): void {
    this.#answer = answer;
    this.#timer?.cancel();
    if (this.#sent !== undefined || this.#options.ports.event.stamps === 'user') this.#finish();
    else this.#timer = this.#context.after(STAMP_PATIENCE_NS, () => this.#finish());
  }

  /** Without a transmit stamp that of before the call, if it is of the same clock. */
  #finish(): void {
    const answer = this.#answer!;
    const sent = this.#sent ?? this.#before!;
    if (sent.clock === answer.received.clock) this.#end({ kind: 'answer', answer, sent });
    else this.#end({ kind: 'unstamped' });
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.cancel();
    this.#options.onEnd(outcome);
  }
}
