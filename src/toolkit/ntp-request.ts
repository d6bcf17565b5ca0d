import type { Context } from '../api/context.js';
import { HubError } from '../api/error.js';
import type { Ns, Stamp } from '../api/time.js';
import type { Datagram, Endpoint, UdpSocket } from '../api/udp.js';
import { familyOf, formatServer, isSameEndpoint } from '../protocol/address/index.js';
import { type Answer, Exchange, type ExchangeOptions, type ReplyRefusal } from '../protocol/ntp/index.js';
import { explainNetworkError } from './network-error.js';
import { RequestReply } from './request-reply.js';
import type { Stamping } from './stamping.js';

/** The end of one NTP request. */
export type NtpOutcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly sent: Stamp; readonly received: Stamp }
  /** `reason`: the end of a sentence about the server. */
  | { readonly kind: 'unusable'; readonly answer: Answer; readonly reason: string }
  | { readonly kind: 'kiss'; readonly code: string }
  /** `cause`: a sentence about an error that the network reported meanwhile. */
  | { readonly kind: 'silence'; readonly cause: string | undefined };

export interface NtpRequestOptions extends ExchangeOptions {
  readonly peer: Endpoint;
  /** Time to wait for the reply, ns. */
  readonly windowNs: Ns;
  /**
   * `peer`: a connected socket, which gets ICMP errors and datagrams of the peer alone. `anybody`: an open socket, which finds
   * out that the server replies from another address or port.
   */
  readonly hears: 'peer' | 'anybody';
  /**
   * `wait`: an error that the network reports may be old or forged, so it only explains the silence. `end`: it ends the wait.
   */
  readonly onError: 'wait' | 'end';
  /** Stamp options of the socket. Default: kernel stamps, over any interface. */
  readonly stamping?: Stamping | undefined;
  /** Called before the request is sent. `mark`: octets that no other client sends; they stand at `offset` of the request. */
  readonly onRequest?: (mark: Uint8Array, offset: number) => void;
  /** Called for each datagram that is refused. `detail`: what the reason does not say, or ''. */
  readonly onRefused: (reason: ReplyRefusal, detail: string) => void;
  /** Called once, later than `sendNtpRequest`. */
  readonly onEnd: (outcome: NtpOutcome) => void;
}

/**
 * Sends one NTP request from a socket of its own, so that its port is random (RFC 9109 §3), and closes the socket at the end.
 * An error of the network, such as no route, ends in silence and is not thrown.
 */
export function sendNtpRequest(
  context: Pick<Context, 'after' | 'network' | 'random'>,
  { peer, windowNs, hears, onError, stamping, onRequest, onRefused, onEnd, ...options }: NtpRequestOptions,
): void {
  const exchange = new Exchange(context.random(options.previous === undefined ? 8 : 16), options);
  let socket: UdpSocket | undefined;
  let cause: string | undefined;
  const end = (outcome: NtpOutcome) => {
    request.cancel();
    socket?.close();
    onEnd(outcome);
  };
  const request = new RequestReply<{ readonly answer: Answer; readonly received: Stamp }>(context, {
    windowNs,
    onReply: (reply, sent) => end({ kind: 'answer', ...reply, sent }),
    onSilence: () => end({ kind: 'silence', cause }),
  });
  const failed = (error: Error) => {
    cause = explainNetworkError(error, peer);
    if (onError === 'end') request.giveUp();
  };
  const receive = ({ payload, from, received }: Datagram) => {
    if (hears === 'anybody' && !isSameEndpoint(from, peer)) {
      // A reply that repeats the cookie was sent by the receiver of the request; other datagrams are ignored.
      if (exchange.isMeantBy(payload)) onRefused('sender', formatServer(from.address, from.port));
      return;
    }
    const verdict = exchange.judge(payload);
    if (verdict.kind === 'refused') onRefused(verdict.reason, '');
    else if (verdict.kind === 'answer') request.accept({ answer: verdict.answer, received });
    else end(verdict);
  };
  try {
    const socketOptions = { ...stamping, family: familyOf(peer.address), transmitStamps: true };
    socket = context.network.udp(hears === 'peer' ? { ...socketOptions, peer } : socketOptions);
    socket.onSent((id, sent) => request.stamped(id, sent));
    socket.onNetworkError(failed);
    socket.onDatagram(receive);
    onRequest?.(exchange.mark, exchange.markAt);
    request.send(socket, exchange.request, hears === 'peer' ? undefined : peer);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    failed(error);
  }
}
