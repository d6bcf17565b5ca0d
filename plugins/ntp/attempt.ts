import { type Context, type Endpoint, HubError, type Ns, type Stamp, type Timer, type UdpSocket } from 'timehub/api';
import { describe, familyOf } from 'timehub/protocol/client-server';
import { type Answer, type BogusReason, Exchange, TRANSMIT_AT } from 'timehub/protocol/ntp';

/** How one request ended. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly sent: Stamp; readonly received: Stamp }
  | { readonly kind: 'unusable'; readonly answer: Answer; readonly reason: string }
  | { readonly kind: 'kiss'; readonly code: string }
  /** `cause`: what the network said meanwhile, a sentence. */
  | { readonly kind: 'silence'; readonly cause: string | undefined };

export interface AttemptOptions {
  readonly peer: Endpoint;
  /** How long to wait for the reply. */
  readonly windowNs: Ns;
  readonly onBogus: (reason: BogusReason) => void;
  /** Called once, later than the constructor. */
  readonly onEnd: (outcome: Outcome) => void;
}

/** How long the kernel's transmit stamp may come after the reply. */
const STAMP_PATIENCE_NS = 5e6;

/** One request from a socket of its own, so that its port is random (RFC 9109 §3), closed with the reply or in the end. */
export class Attempt {
  readonly #context: Context;
  readonly #options: AttemptOptions;
  #socket: UdpSocket | undefined;
  #timer: Timer;
  #sent: Stamp | undefined;
  #reply: { readonly answer: Answer; readonly received: Stamp } | undefined;
  #cause: string | undefined;

  constructor(context: Context, options: AttemptOptions) {
    this.#context = context;
    this.#options = options;
    this.#timer = context.after(options.windowNs, () => this.#end({ kind: 'silence', cause: this.#cause }));
    try {
      this.#send();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      // No route, no such family: a reply that does not come, no reason to restart.
      this.#cause = describe(error, options.peer);
    }
  }

  #send(): void {
    const { peer, onBogus } = this.#options;
    const socket = this.#context.network.udp({ peer, family: familyOf(peer.address), transmitStamps: true });
    this.#socket = socket;
    const exchange = new Exchange(this.#context.random(8));
    socket.onSent((_id, stamp) => {
      this.#sent = stamp;
      this.#finish(stamp);
    });
    socket.onNetworkError((error) => {
      this.#cause = describe(error, peer);
    });
    socket.onDatagram(({ payload, received }) => {
      const verdict = exchange.judge(payload);
      if (verdict.kind === 'bogus') return onBogus(verdict.reason);
      if (verdict.kind !== 'answer') return this.#end(verdict);
      this.#reply = { answer: verdict.answer, received };
      if (this.#sent !== undefined || socket.stamps === 'user') return this.#finish(this.#sent ?? before);
      this.#timer.cancel();
      this.#timer = this.#context.after(STAMP_PATIENCE_NS, () => this.#finish(before));
    });
    this.#context.identity.asks(exchange.mark, TRANSMIT_AT);
    const { before } = socket.send(exchange.request);
  }

  #finish(sent: Stamp): void {
    if (this.#reply !== undefined) this.#end({ kind: 'answer', ...this.#reply, sent });
  }

  #end(outcome: Outcome): void {
    this.#timer.cancel();
    this.#socket?.close();
    this.#options.onEnd(outcome);
  }
}
