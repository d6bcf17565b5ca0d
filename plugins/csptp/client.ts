import {
  type Claims,
  type ExchangeCounts,
  HubError,
  type Ns,
  type SourceContext,
  type Stamp,
  type Timescale,
} from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import {
  type CsptpAnswer,
  CsptpExchange,
  type Dialect,
  measure,
  REQUEST_OCTETS,
  SEQUENCE_AT,
} from 'timehub/protocol/csptp';
import {
  Association,
  Counters,
  explainNetworkError,
  type PollOptions,
  RefusalRecord,
  RequestReply,
  type StampChoice,
  type Stamping,
  stampingOf,
} from 'timehub/toolkit';
import { type ClientSockets, closeSockets, openSockets, type PortChoice } from './client-sockets.js';
import { claimsFrom, legsOf, type ScaleChoice, scaleOf } from './legs.js';
import { type CsptpReplyRefusal, REFUSAL_TEXTS } from './refusal-texts.js';
import { unusable } from './unusable.js';

export interface CsptpClientOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** Time to wait for the whole answer. */
  readonly windowNs: Ns;
  readonly domain: number;
  readonly dialect: Dialect;
  readonly wantStatus: boolean;
  readonly maxClockClass: number;
  readonly scale: ScaleChoice;
  readonly ports: PortChoice;
  readonly stamps: StampChoice;
  readonly interface: string | undefined;
}

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Answers that were complete',
  halves: 'Answers without their Follow_Up, or without their Sync',
  unstamped: 'Answers to requests without a transmit stamp',
  contradictions: 'Answers whose times contradict each other',
} as const;

/** The request that waits for its answer. */
interface Pending {
  readonly exchange: CsptpExchange<Stamp>;
  readonly request: RequestReply<CsptpAnswer<Stamp>>;
  /** The part of the answer that is missing after the other one came. */
  lacks?: 'sync' | 'follow-up';
}

/** Reasons of a silence in which half an answer came; they continue the name of the server. */
const HALVES = {
  'follow-up': 'sends no Follow_Up: a firewall blocks port 320, or the server has no transmit stamps',
  sync: 'sends a Follow_Up but no Sync arrives: a firewall blocks port 319',
} as const;

/** Errors of the address alone: the source goes on asking. The kernel handles other errors. */
const UNREACHABLE = new Set(['TH_NET_CONNECT', 'TH_NET_SEND', 'TH_NET_ADDRESS']);

/** Polls one server and reports its answers to the hub. */
export class CsptpClient {
  readonly #context: SourceContext;
  readonly #options: CsptpClientOptions;
  readonly #association: Association;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  readonly #refusals: RefusalRecord<CsptpReplyRefusal>;
  #stamping: Stamping = {};
  #sockets: ClientSockets | undefined;
  #pending: Pending | undefined;
  #shortfall = '';
  /** The network's error since the last request, a sentence. */
  #cause: string | undefined;
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, options: CsptpClientOptions) {
    this.#context = context;
    this.#options = options;
    this.#association = new Association(context, {
      server: options.server,
      poll: options.poll,
      ask: () => this.#ask(),
      onMoved: () => this.#close(),
      shortfall: () => this.#shortfall,
    });
    this.#counters = new Counters(context.metrics, COUNTERS);
    this.#refusals = new RefusalRecord(context.metrics, REFUSAL_TEXTS);
  }

  /** Throws `TH_NET_INTERFACE`, `TH_CSPTP_STAMPS`. */
  start(): void {
    this.#stamping = stampingOf(
      this.#context,
      { stamps: this.#options.stamps },
      this.#options.interface,
      'TH_CSPTP_STAMPS',
    );
    this.#association.start();
  }

  stop(): void {
    this.#association.stop();
    this.#pending?.request.cancel();
    this.#close();
  }

  exchanges(): ExchangeCounts {
    return { reach: this.#association.reach, replies: this.#counters.counts.replies! };
  }

  inspect(): Record<string, unknown> {
    return {
      server: String(this.#association.peer),
      asksFrom: this.#sockets?.event.local.port,
      stamps: this.#sockets?.event.stamps,
      ...this.#association.inspect(),
      pollIntervalS: this.#association.intervalNs / 1e9,
      ...this.#newest,
      ...this.#counters.counts,
      refused: this.#refusals.counts,
    };
  }

  #ask(): void {
    this.#cause = undefined;
    this.#counters.count('requests');
    let pending: Pending | undefined;
    try {
      this.#sockets ??= this.#open();
      pending = this.#newRequest();
      pending.request.send(this.#sockets.event, pending.exchange.request);
      this.#pending = pending;
    } catch (error) {
      pending?.request.cancel();
      if (!(error instanceof HubError && UNREACHABLE.has(error.code))) throw error;
      this.#association.missed(explainNetworkError(error, this.#association.peer.endpoint!));
      this.#association.planNext();
    }
  }

  #newRequest(): Pending {
    const { domain, dialect, wantStatus, windowNs } = this.#options;
    // Unpredictable, 0..65535: with the domain it is all that distinguishes an answer from a forgery.
    const octets = this.#context.random(2);
    this.#context.identity.asks(octets, SEQUENCE_AT);
    const sequenceId = (octets[0]! << 8) | octets[1]!;
    const length = REQUEST_OCTETS;
    return {
      exchange: new CsptpExchange({ sequenceId, domain, dialect, wantStatus, wantAlternate: false, length }),
      request: new RequestReply(this.#context, {
        windowNs,
        onReply: (answer, sent) => this.#ended(() => this.#answered(answer, sent)),
        onSilence: () => this.#ended((lacks) => this.#missed(lacks)),
      }),
    };
  }

  #open(): ClientSockets {
    const peer = this.#association.peer.endpoint!;
    const sockets = openSockets(this.#context.network, peer, this.#options.ports, this.#stamping);
    // The general port makes no event stamps.
    sockets.event.onDatagram(({ payload, received }) => this.#receive(payload, received));
    sockets.general?.onDatagram(({ payload }) => this.#receive(payload, undefined));
    sockets.event.onSent((id, stamp) => this.#pending?.request.stamped(id, stamp));
    sockets.event.onNetworkError((error) => {
      this.#cause = explainNetworkError(error, peer);
    });
    if (sockets.shortfall !== this.#shortfall) {
      this.#shortfall = sockets.shortfall;
      this.#association.updateShortfall();
    }
    return sockets;
  }

  #close(): void {
    if (this.#sockets !== undefined) closeSockets(this.#sockets);
    this.#sockets = undefined;
  }

  #receive(payload: Uint8Array, received: Stamp | undefined): void {
    const pending = this.#pending;
    if (pending === undefined) {
      this.#refusals.refuse('late');
      return;
    }
    const verdict = pending.exchange.judge(payload, received);
    if (verdict.kind === 'refused') this.#refusals.refuse(verdict.reason);
    else if (verdict.kind === 'waiting') pending.lacks = verdict.for;
    else pending.request.accept(verdict.answer);
  }

  #ended(handle: (lacks: Pending['lacks']) => void): void {
    const lacks = this.#pending?.lacks;
    this.#pending = undefined;
    handle(lacks);
    this.#association.planNext();
  }

  /** Half an answer explains more than the refused datagrams. */
  #missed(lacks: Pending['lacks']): void {
    if (lacks !== undefined) this.#counters.count('halves');
    if (lacks === undefined) this.#association.missed(this.#cause, this.#refusals.sentence);
    else this.#association.missed(`${this.#association.peer} ${HALVES[lacks]}`);
  }

  #answered(answer: CsptpAnswer<Stamp>, sent: Stamp): void {
    if (sent.clock !== answer.received.clock) {
      this.#counters.count('unstamped');
      this.#association.missed('the network card gives no stamp of the requests');
      return;
    }
    this.#counters.count('replies');
    this.#refusals.accepted();
    const measured = measure(answer, sent);
    if (typeof measured === 'string') {
      this.#counters.count('contradictions');
      this.#association.missed(`${this.#association.peer} ${measured}`);
      return;
    }
    const { sync, received } = answer;
    const scale = scaleOf(sync, this.#options.scale);
    const flaw = unusable(sync, { maxClockClass: this.#options.maxClockClass, scale });
    if (flaw === '') {
      const { offsetNs, meanPathDelayNs } = measured;
      const steps = sync.twoStep ? 2 : 1;
      const { dialect } = sync;
      this.#newest = { offsetNs, meanPathDelayNs, steps, dialect, sentBy: sent.by, receivedBy: received.by };
    }
    const { path } = this.#association.peer;
    const observations = flaw === '' ? legsOf({ answer, sent, measured, path, scale }) : [];
    this.#context.report({ claims: this.#claimsOf(answer, scale, flaw), observations });
    this.#association.answered(flaw === '' ? 'ok' : `the server ${flaw}`);
  }

  #claimsOf({ sync }: CsptpAnswer<Stamp>, scale: Timescale, flaw: string): Claims {
    return {
      ...claimsFrom(sync, this.#association.peer.endpoint!, scale),
      synchronised: flaw === '',
      ...(flaw !== '' && { flaw: `the server ${flaw}` }),
      intervalNs: this.#options.poll.maxNs,
    };
  }
}
