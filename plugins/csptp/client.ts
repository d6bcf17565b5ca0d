import { HubError, type Instant, type Ns, type SourceContext, type Timescale } from 'timehub/api';
import { describe, missing, Peer, Poll, type PollOptions, Tally } from 'timehub/protocol/client-server';
import { type Dialect, measure, REQUEST_OCTETS, type SyncPart } from 'timehub/protocol/csptp';
import { Reach, type Server } from 'timehub/protocol/ntp';
import { Attempt, type Heard, type Outcome } from './attempt.js';
import { legsOf, type ScaleChoice, scaleOf, statedBy } from './legs.js';
import { objectionTo } from './objection.js';
import { closePorts, openPorts, type Ports, type PortWish } from './ports.js';
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

/** Polls without an answer before the source is called unreachable, and between look-ups of its name from then on. */
const PATIENCE = 4;
const FIRST_LOOKUP_DELAY_NS = 2e9;
const LAST_LOOKUP_DELAY_NS = 64e9;

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Answers that were whole',
  halves: 'Answers without their Follow_Up, or without their Sync',
  unstamped: 'Answers to requests of which no stamp came',
  contradictions: 'Answers whose times cannot be true',
  bogus: 'Datagrams that answered nothing and were ignored',
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
  readonly #peer: Peer;
  readonly #poll: Poll;
  readonly #reach = new Reach();
  readonly #tally: Tally<keyof typeof COUNTERS>;
  #stamping: Stamping = {};
  #ports: Ports | undefined;
  #attempt: Attempt | undefined;
  #asked: Instant = 0n;
  #firstMiss: Instant = 0n;
  #lastReply: Instant | undefined;
  #lookUpDelayNs: Ns = FIRST_LOOKUP_DELAY_NS;
  #shortfall = '';
  /** What the network said since the last request. */
  #cause: string | undefined;
  #condition = 'ok';
  #stopped = false;
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, options: ClientOptions) {
    this.#context = context;
    this.#options = options;
    this.#peer = new Peer(options.server);
    this.#poll = new Poll(options.poll, (minNs, maxNs) => context.worthAskingIn(minNs, maxNs));
    this.#tally = new Tally(context.metrics, COUNTERS);
  }

  /** Throws `TH_NET_INTERFACE`, `TH_CSPTP_STAMPS`. */
  start(): void {
    this.#stamping = stampingOf(this.#context, this.#options.stamps, this.#options.interface);
    this.#context.after(0, () => (this.#peer.endpoint === undefined ? this.#lookUp() : this.#ask()));
  }

  stop(): void {
    this.#stopped = true;
    this.#attempt?.cancel();
    this.#close();
  }

  inspect(): Record<string, unknown> {
    return {
      server: String(this.#peer),
      asksFrom: this.#ports?.event.local.port,
      stamps: this.#ports?.event.stamps,
      reach: this.#reach.answers,
      reachRegister: this.#reach.octal,
      pollIntervalS: this.#poll.intervalNs / 1e9,
      ...this.#newest,
      ...this.#tally.counts,
    };
  }

  #ask(): void {
    if (this.#stopped) return;
    this.#asked = this.#context.monotonic();
    this.#cause = undefined;
    this.#tally.count('requests');
    try {
      this.#ports ??= this.#open();
      const attempt = this.#attemptOver(this.#ports);
      attempt.send();
      this.#attempt = attempt;
    } catch (error) {
      if (!(error instanceof HubError && UNREACHABLE.has(error.code))) throw error;
      this.#missed(describe(error, this.#peer.endpoint!));
      this.#planNext();
    }
  }

  #attemptOver(ports: Ports): Attempt {
    const { domain, dialect, wantStatus, windowNs } = this.#options;
    const sequenceId = this.#draw();
    const question = { sequenceId, domain, dialect, wantStatus, wantAlternate: false, length: REQUEST_OCTETS };
    const onBogus = () => this.#tally.count('bogus');
    return new Attempt(this.#context, { ports, question, windowNs, onBogus, onEnd: (outcome) => this.#ended(outcome) });
  }

  #open(): Ports {
    const peer = this.#peer.endpoint!;
    const ports = openPorts(this.#context.network, peer, this.#options.ports, this.#stamping);
    const hear = (at: 'event' | 'general') => (datagram: Parameters<Attempt['hear']>[0]) => {
      if (this.#attempt === undefined) this.#tally.count('bogus');
      else this.#attempt.hear(datagram, at);
    };
    ports.event.onDatagram(hear('event'));
    ports.general?.onDatagram(hear('general'));
    ports.event.onSent((id, stamp) => this.#attempt?.left(id, stamp));
    ports.event.onNetworkError((error) => {
      this.#cause = describe(error, peer);
    });
    if (ports.shortfall !== this.#shortfall) {
      this.#shortfall = ports.shortfall;
      if (this.#condition === 'ok') this.#context.health('ok', ports.shortfall);
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
        this.#use(outcome);
        break;
      case 'unstamped':
        this.#tally.count('unstamped');
        this.#missed('the network card gives no stamp of the requests');
        break;
      case 'silence':
        if (outcome.heard !== 'nothing') this.#tally.count('halves');
        this.#missed(this.#causeOf(outcome.heard));
    }
    this.#planNext();
  }

  #causeOf(heard: Heard): string | undefined {
    const half = HALVES[heard];
    return half === undefined ? this.#cause : `${this.#peer} ${half}`;
  }

  #use({ answer, sent }: Extract<Outcome, { kind: 'answer' }>): void {
    const { sync, received } = answer;
    const measured = measure(answer, sent);
    if (typeof measured === 'string') {
      this.#tally.count('contradictions');
      this.#missed(`${this.#peer} ${measured}`);
      return;
    }
    this.#reach.answered();
    this.#lastReply = this.#context.monotonic();
    const scale = scaleOf(sync, this.#options.scale);
    const { maxClockClass } = this.#options;
    const objection = objectionTo(sync, { maxClockClass, scale, ownAddresses: this.#context.network.addresses() });
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
      this.#context.observe(legsOf({ answer, sent, measured, path: this.#peer.path, scale }));
    }
    this.#poll.answered();
    this.#report(objection === '' ? 'ok' : `the server ${objection}`);
  }

  #claim(sync: SyncPart, scale: Timescale, objection: string): void {
    const claims = statedBy(sync, this.#peer.endpoint!, scale);
    this.#context.claim({ ...claims, synchronised: objection === '', intervalNs: this.#options.poll.maxNs });
  }

  #missed(cause: string | undefined): void {
    if (this.#reach.missed === 0) this.#firstMiss = this.#asked;
    this.#reach.missedOne();
    this.#poll.missedOne();
    if (this.#reach.missed < PATIENCE) return;
    const reason = this.#whyMissing(cause);
    this.#context.unreachable(reason);
    this.#report('unreachable', reason);
    // The own address may be another by now.
    if (this.#reach.missed % PATIENCE === 0) this.#close();
  }

  #whyMissing(cause: string | undefined): string {
    const now = this.#context.monotonic();
    const why = missing({
      cause,
      requests: this.#reach.missed,
      sinceNs: Number(now - this.#firstMiss),
      replyAgeNs: this.#lastReply === undefined ? undefined : Number(now - this.#lastReply),
    });
    return cause === undefined && this.#shortfall !== '' ? `${why}; ${this.#shortfall}` : why;
  }

  /** Tells the operator once a change, not once a poll. */
  #report(condition: string, reason = condition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    if (condition === 'ok') this.#context.health('ok', this.#shortfall);
    else this.#context.health('degraded', reason);
  }

  #planNext(): void {
    if (this.#stopped) return;
    const waitNs = this.#poll.next(this.#draw() / 65536);
    const leftNs = Math.max(0, waitNs - Number(this.#context.monotonic() - this.#asked));
    const { missed } = this.#reach;
    const lost = this.#peer.named && missed > 0 && missed % PATIENCE === 0;
    this.#context.after(leftNs, () => (lost ? this.#lookUp() : this.#ask()));
  }

  async #lookUp(): Promise<void> {
    const failure = await this.#renew();
    if (this.#stopped) return;
    this.#close();
    if (failure === undefined || this.#peer.endpoint !== undefined) {
      this.#lookUpDelayNs = FIRST_LOOKUP_DELAY_NS;
      return this.#ask();
    }
    this.#context.unreachable(failure);
    this.#report('unreachable', failure);
    this.#context.after(this.#lookUpDelayNs, () => this.#lookUp());
    this.#lookUpDelayNs = Math.min(LAST_LOOKUP_DELAY_NS, this.#lookUpDelayNs * 2);
  }

  /** Answers with the reason when there is no address to ask. */
  async #renew(): Promise<string | undefined> {
    try {
      await this.#peer.renew(this.#context.network);
      return undefined;
    } catch (error) {
      if (error instanceof HubError) return error.message;
      throw error;
    }
  }

  /** Unpredictable, 0..65535: with the domain it is all that tells an answer from a forgery. */
  #draw(): number {
    const [high, low] = this.#context.random(2);
    return (high! << 8) | low!;
  }
}
