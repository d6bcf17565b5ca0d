import type { Context, Timer } from '../api/context.js';
import type { Ns, Stamp } from '../api/time.js';
import type { Endpoint, UdpSocket } from '../api/udp.js';

/** The transmit stamp of a request may come this much after the reply, ns. */
const STAMP_PATIENCE_NS = 5e6;

export interface RequestReplyOptions<Reply> {
  /** Time to wait for the reply, ns. */
  readonly windowNs: Ns;
  /**
   * Called with the accepted reply and the transmit stamp of the request. The stamp is of class `user`, taken just before the
   * call that sent it, where no better one came.
   */
  readonly onReply: (reply: Reply, sent: Stamp) => void;
  /** Called if no reply is accepted within `windowNs`, or after `giveUp`. */
  readonly onSilence: () => void;
}

/**
 * One request over UDP: the wait for its reply, and for the transmit stamp of the request, which may come before or after the
 * reply, or never. The socket is the caller's, who hands in its stamps and the replies that are accepted. Exactly one of
 * `onReply` and `onSilence` is called, once, unless `cancel` is called first.
 */
export class RequestReply<Reply> {
  readonly #context: Pick<Context, 'after'>;
  readonly #options: RequestReplyOptions<Reply>;
  #timer: Timer;
  #socket: UdpSocket | undefined;
  #id: number | undefined;
  #before: Stamp | undefined;
  #sent: Stamp | undefined;
  #reply: Reply | undefined;

  /** Begins to wait for a reply. */
  constructor(context: Pick<Context, 'after'>, options: RequestReplyOptions<Reply>) {
    this.#context = context;
    this.#options = options;
    this.#timer = context.after(options.windowNs, () => options.onSilence());
  }

  /** Sends the request. `to` is left out on a connected socket. Throws `TH_NET_SEND`; the wait goes on then. */
  send(socket: UdpSocket, payload: Uint8Array, to?: Endpoint): void {
    const { id, before } = socket.send(payload, to);
    this.#socket = socket;
    this.#id = id;
    this.#before = before;
  }

  /** Takes a transmit stamp of the socket: see `UdpSocket.onSent`. */
  stamped(id: number, sent: Stamp): void {
    if (id !== this.#id) return;
    this.#sent = sent;
    if (this.#reply !== undefined) this.#finish();
  }

  /** Takes the accepted reply. */
  accept(reply: Reply): void {
    this.#reply = reply;
    this.#timer.cancel();
    if (this.#sent !== undefined || this.#socket!.stamps === 'user') this.#finish();
    else this.#timer = this.#context.after(STAMP_PATIENCE_NS, () => this.#finish());
  }

  /** Ends the wait for a reply at the next turn of the event loop. */
  giveUp(): void {
    this.#timer.cancel();
    this.#timer = this.#context.after(0, () => this.#options.onSilence());
  }

  /** Ends the wait; nothing is called any more. */
  cancel(): void {
    this.#timer.cancel();
    this.#id = undefined;
  }

  #finish(): void {
    this.cancel();
    this.#options.onReply(this.#reply!, this.#sent ?? this.#before!);
  }
}
