import { HubError, type Ns, type SourceContext, type Timescale } from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import { type Dialect, measure, REQUEST_OCTETS, SEQUENCE_AT, type SyncPart } from 'timehub/protocol/csptp';
import { Association, Counters, explainNetworkError, type PollOptions, RefusalRecord } from 'timehub/toolkit';
import { Attempt, type Heard, type Outcome } from './attempt.js';
import { legsOf, type ScaleChoice, scaleOf, statedBy } from './legs.js';
import { objectionTo } from './objection.js';
import { closePorts, openPorts, type Ports, type PortWish } from './ports.js';
import { REFUSAL_TEXTS, type ReplyRefusal } from './refusal-texts.js';
import { type StampChoice, type Stamping, stampingOf } from './stamping.js';

export interface ClientOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** How long to wait for the whole answer. */
  readonly windowNs: Ns;
  readonly domain: number;
  readonly dialect: Dialect;
  readonly wantStatus: boolean;
  readonly maxClockClass: number;
  readonly scale: ScaleChoice;
  readonly ports: PortWish;
  readonly stamps: StampChoice;
  readonly interface: string | undefined;
}

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Answers that were whole',
  halves: 'Answers without their Follow_Up, or without their Sync',
  unstamped: 'Answers to requests of which no stamp came',
  contradictions: 'Answers whose times cannot be true',
} as const;

/** What no answer says but half of one. */
const HALVES: Readonly<Record<Heard, string | undefined>> = {
  nothing: undefined,
  sync: 'sends no Follow_Up: its way to port 320 is barred, or it has no stamp of what it sends',
  'follow-up': 'sends a Follow_Up to no Sync that arrives: the way to port 319 is barred',
};

/** What only the address is to blame for: asking goes on. Other errors are for the kernel to try again. */
const UNREACHABLE = new Set(['TH_NET_CONNECT', 'TH_NET_SEND', 'TH_NET_ADDRESS']);

/** One server asked again and again: what is heard goes to the hub, the rest into counters. */
export class Client {
  readonly #context: SourceContext;
  readonly #options: ClientOptions;
  readonly #association: Association;
  readonly #tally: Counters<keyof typeof COUNTERS>;
  readonly #refusals: RefusalRecord<ReplyRefusal>;
  #stamping: Stamping = {};
  #ports: Ports | undefined;
  #attempt: Attempt | undefined;
  #shortfall = '';
  /** What the network said since the last request. */
  #cause: string | undefined;
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, options: ClientOptions) {
    this.#context = context;
    this.#options = options;
    this.#association = new Association(context, {
      server: options.server,
      poll: options.poll,
      ask: () => this.#ask(),
      onMoved: () => this.#close(),
      shortfall: () => this.#shortfall,
    });
    this.#tally = new Counters(context.metrics, COUNTERS);
    this.#refusals = new RefusalRecord(context.metrics, REFUSAL_TEXTS);
  }

  /** Throws `TH_NET_INTERFACE`, `TH_CSPTP_STAMPS`. */
  start(): void {
    this.#stamping = stampingOf(this.#context, this.#options.stamps, this.#options.interface);
    this.#association.start();
  }

  stop(): void {
    this.#association.stop();
    this.#attempt?.cancel();
    this.#close();
  }

  inspect(): Record<string, unknown> {
    return {
      server: String(this.#association.peer),
      asksFrom: this.#ports?.event.local.port,
      stamps: this.#ports?.event.stamps,
      ...this.#association.inspect(),
      pollIntervalS: this.#association.intervalNs / 1e9,
      ...this.#newest,
      ...this.#tally.counts,
      refused: this.#refusals.counts,
    };
  }

  #ask(): void {
    this.#cause = undefined;
    this.#tally.count('requests');
    try {
      this.#ports ??= this.#open();
      const attempt = this.#attemptOver(this.#ports);
      attempt.send();
      this.#attempt = attempt;
    } catch (error) {
      if (!(error instanceof HubError && UNREACHABLE.has(error.code))) throw error;
      this.#association.missed(explainNetworkError(error, this.#association.peer.endpoint!));
      this.#association.planNext();
    }
  }

  #attemptOver(ports: Ports): Attempt {
    const { domain, dialect, wantStatus, windowNs } = this.#options;
    const sequenceId = this.#draw();
    this.#context.identity.asks(Uint8Array.of(sequenceId >> 8, sequenceId & 0xff), SEQUENCE_AT);
    const question = { sequenceId, domain, dialect, wantStatus, wantAlternate: false, length: REQUEST_OCTETS };
    const onRefused = (reason: ReplyRefusal) => this.#refusals.refuse(reason);
    return new Attempt(this.#context, {
      ports,
      question,
      windowNs,
      onRefused,
      onEnd: (outcome) => this.#ended(outcome),
    });
  }

  #open(): Ports {
    const peer = this.#association.peer.endpoint!;
    const ports = openPorts(this.#context.network, peer, this.#options.ports, this.#stamping);
    const hear = (at: 'event' | 'general') => (datagram: Parameters<Attempt['hear']>[0]) => {
      if (this.#attempt === undefined) this.#refusals.refuse('late');
      else this.#attempt.hear(datagram, at);
    };
    ports.event.onDatagram(hear('event'));
    ports.general?.onDatagram(hear('general'));
    ports.event.onSent((id, stamp) => this.#attempt?.left(id, stamp));
    ports.event.onNetworkError((error) => {
      this.#cause = explainNetworkError(error, peer);
    });
    if (ports.shortfall !== this.#shortfall) {
      this.#shortfall = ports.shortfall;
      this.#association.remark();
    }
    return ports;
  }

  #close(): void {
    if (this.#ports !== undefined) closePorts(this.#ports);
    this.#ports = undefined;
  }

  #ended(outcome: Outcome): void {
    this.#attempt = undefined;
    switch (outcome.kind) {
      case 'answer':
        this.#tally.count('replies');
        this.#refusals.accepted();
        this.#use(outcome);
        break;
      case 'unstamped':
        this.#tally.count('unstamped');
        this.#association.missed('the network card gives no stamp of the requests');
        break;
      case 'silence':
        if (outcome.heard !== 'nothing') this.#tally.count('halves');
        this.#association.missed(...this.#causeOf(outcome.heard));
    }
    this.#association.planNext();
  }

  /** Half an answer explains more than what was refused beside it. */
  #causeOf(heard: Heard): readonly [cause: string | undefined, refused: string | undefined] {
    const half = HALVES[heard];
    if (half !== undefined) return [`${this.#association.peer} ${half}`, undefined];
    return [this.#cause, this.#refusals.sentence];
  }

  #use({ answer, sent }: Extract<Outcome, { kind: 'answer' }>): void {
    const { sync, received } = answer;
    const measured = measure(answer, sent);
    if (typeof measured === 'string') {
      this.#tally.count('contradictions');
      this.#association.missed(`${this.#association.peer} ${measured}`);
      return;
    }
    const scale = scaleOf(sync, this.#options.scale);
    const { maxClockClass } = this.#options;
    const objection = objectionTo(sync, { maxClockClass, scale });
    this.#claim(sync, scale, objection);
    if (objection === '') {
      const { offsetNs, meanPathDelayNs } = measured;
      const steps = sync.twoStep ? 2 : 1;
      this.#newest = {
        offsetNs,
        meanPathDelayNs,
        steps,
        dialect: sync.dialect,
        sentBy: sent.by,
        receivedBy: received.by,
      };
      this.#context.observe(legsOf({ answer, sent, measured, path: this.#association.peer.path, scale }));
    }
    this.#association.answered(objection === '' ? 'ok' : `the server ${objection}`);
  }

  #claim(sync: SyncPart, scale: Timescale, objection: string): void {
    const claims = statedBy(sync, this.#association.peer.endpoint!, scale);
    const flaw = objection === '' ? {} : { flaw: `the server ${objection}` };
    this.#context.claim({ ...claims, synchronised: objection === '', ...flaw, intervalNs: this.#options.poll.maxNs });
  }

  /** Unpredictable, 0..65535: with the domain it is all that tells an answer from a forgery. */
  #draw(): number {
    const [high, low] = this.#context.random(2);
    return (high! << 8) | low!;
  }
}
