import type { Context, Timer } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { Ns, Stamp } from '../api/time.js';
import type { Datagram, Endpoint, UdpSocket } from '../api/udp.js';
import { familyOf, formatServer, isSameEndpoint } from '../protocol/address/index.js';
import { type Answer, Exchange, type ReplyRefusal, TRANSMIT_AT } from '../protocol/ntp/index.js';
import { explainNetworkError } from './network-error.js';

/** The end of one request. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly sent: Stamp; readonly received: Stamp }
  | { readonly kind: 'unusable'; readonly answer: Answer; readonly reason: string }
  | { readonly kind: 'kiss'; readonly code: string }
  /** `cause`: a sentence about an error that the network reported meanwhile. */
  | { readonly kind: 'silence'; readonly cause: string | undefined };

export interface AttemptOptions {
  readonly peer: Endpoint;
  /** Time to wait for the reply. */
  readonly windowNs: Ns;
  /**
   * `peer`: a connected socket, which hears of ICMP errors and of nothing but the peer. `anybody`: an open one, which finds
   * out that the server replies from another address or port.
   */
  readonly hears: 'peer' | 'anybody';
  /** `wait`: an error that the network reports may be old or forged, so it only explains the silence; `end`: it ends it. */
  readonly onError: 'wait' | 'end';
  /** Called before the request is sent. `mark`: octets that no other client sends, which stand at `offset` of it. */
  readonly onRequest?: (mark: Uint8Array, offset: number) => void;
  /** `detail`: what the reason cannot say, or empty. */
  readonly onRefused: (reason: ReplyRefusal, detail: string) => void;
  /** Called once, later than the constructor. */
  readonly onEnd: (outcome: Outcome) => void;
}

/** The kernel's transmit stamp may come this much after the reply. */
const STAMP_PATIENCE_NS = 5e6;

/** One request from a socket of its own, so that its port is random (RFC 9109 §3), closed with the reply or in the end. */
export class Attempt {
  readonly #context: Pick<Context, 'after' | 'network' | 'random'>;
  readonly #options: AttemptOptions;
  readonly #exchange: Exchange;
  #socket: UdpSocket | undefined;
  #timer: Timer;
  #before: Stamp | undefined;
  #sent: Stamp | undefined;
  #reply: { readonly answer: Answer; readonly received: Stamp } | undefined;
  #cause: string | undefined;

  constructor(context: Pick<Context, 'after' | 'network' | 'random'>, options: AttemptOptions) {
    this.#context = context;
    this.#options = options;
    this.#exchange = new Exchange(context.random(8));
    this.#timer = context.after(options.windowNs, () => this.#end({ kind: 'silence', cause: this.#cause }));
    try {
      this.#send();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      // No route, no such family: a reply that does not come, no reason to restart.
      this.#failed(error);
    }
  }

  #failed(error: Error): void {
    this.#cause = explainNetworkError(error, this.#options.peer);
    if (this.#options.onError === 'wait') return;
    this.#timer.cancel();
    this.#timer = this.#context.after(0, () => this.#end({ kind: 'silence', cause: this.#cause }));
  }

  #send(): void {
    const { peer, hears } = this.#options;
    const family = familyOf(peer.address);
    const options = { family, transmitStamps: true };
    const socket = this.#context.network.udp(hears === 'peer' ? { ...options, peer } : options);
    this.#socket = socket;
    socket.onSent((_id, stamp) => {
      this.#sent = stamp;
      this.#finish(stamp);
    });
    socket.onNetworkError((error) => this.#failed(error));
    socket.onDatagram((datagram) => this.#receive(datagram));
    this.#options.onRequest?.(this.#exchange.mark, TRANSMIT_AT);
    this.#before = socket.send(this.#exchange.request, hears === 'peer' ? undefined : peer).before;
  }

  #receive({ payload, from, received }: Datagram): void {
    const { peer, hears, onRefused } = this.#options;
    if (hears === 'anybody' && !isSameEndpoint(from, peer)) {
      // A reply that knows the request was sent by its receiver; the rest is noise.
      if (this.#exchange.isMeantBy(payload)) onRefused('sender', formatServer(from.address, from.port));
      return;
    }
    const verdict = this.#exchange.judge(payload);
    if (verdict.kind === 'refused') onRefused(verdict.reason, '');
    else if (verdict.kind === 'answer') this.#answered(verdict.answer, received);
    else this.#end(verdict);
  }

  #answered(answer: Answer, received: Stamp): void {
    this.#reply = { answer, received };
    const before = this.#before!;
    if (this.#sent !== undefined || this.#socket!.stamps === 'user') {
      this.#finish(this.#sent ?? before);
      return;
    }
    this.#timer.cancel();
    this.#timer = this.#context.after(STAMP_PATIENCE_NS, () => this.#finish(before));
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
