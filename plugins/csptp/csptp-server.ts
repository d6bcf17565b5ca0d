import { type Datagram, type Endpoint, HubError, type SinkContext, type Stamp } from 'timehub/api';
import { covers, formatServer, octetsOf, type Server, type Subnet } from 'timehub/protocol/address';
import { type CsptpReplyContext, FOLLOW_UP_OCTETS, followUp, respond } from 'timehub/protocol/csptp';
import { EVENT_PORT, GENERAL_PORT } from 'timehub/protocol/ptp';
import {
  AccessControl,
  type AccessOptions,
  Counters,
  ServedAddresses,
  ServedTime,
  type Stamping,
  TransmitLatency,
} from 'timehub/toolkit';
import { isUncertain, type QualityOptions, qualityOf } from './served-quality.js';
import { closeServerSockets, openServerSockets, type ServerSockets } from './server-sockets.js';

export interface CsptpServerOptions extends QualityOptions, AccessOptions {
  readonly listen: readonly Server[];
  readonly stamping: Stamping;
  readonly steps: 1 | 2;
  /** Clients whose requests may be shorter than the answer. */
  readonly amplify: readonly Subnet[];
}

/** Octets; a longer request than a packet on Ethernet gets no answer. */
const MAX_REQUEST = 1500;
/** messageType. */
const SYNC = 0;
const SECOND = 1_000_000_000n;

const COUNTERS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with a Sync',
  followups: 'Follow_Ups sent',
  unstamped: 'Syncs without a Follow_Up, because no stamp of their sending came',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  short: 'Requests too short to be answered without amplifying them',
  ignored: 'Datagrams that are no valid request',
  unsent: 'Answers that could not be sent',
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Serves CSPTP: each request passes access lists, rate limit and `respond`. */
export class CsptpServer {
  readonly #context: SinkContext;
  readonly #options: CsptpServerOptions;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  readonly #access: AccessControl;
  readonly #reply = new Uint8Array(MAX_REQUEST);
  readonly #followUp = new Uint8Array(FOLLOW_UP_OCTETS);
  readonly #replyContext: Mutable<CsptpReplyContext>;
  readonly #latency = new TransmitLatency();
  #time: ServedTime;
  #sockets: readonly ServerSockets[] = [];
  #servedAddresses: ServedAddresses | undefined;

  constructor(context: SinkContext, options: CsptpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#counters = new Counters(context.metrics, COUNTERS);
    this.#access = new AccessControl(options, (octets) => context.random(octets));
    this.#exportGauges();
    const state = context.state();
    this.#time = new ServedTime(state, 'tai');
    this.#replyContext = {
      ...qualityOf(state, options),
      alternate: new Uint8Array(0),
      amplify: 'never',
      receiveSeconds: 0,
      receiveNanoseconds: 0,
      steps: 2,
      transmitSeconds: 0,
      transmitNanoseconds: 0,
    };
  }

  #exportGauges(): void {
    const { metrics } = this.#context;
    const clockClass = metrics.gauge('announced_clock_class', 'clockClass in the answers.');
    const awaiting = metrics.gauge('awaited_stamps', 'Syncs sent whose Follow_Up waits for their stamp.');
    metrics.onRead(() => {
      clockClass(this.#clockClass);
      awaiting(this.#sockets.reduce((sum, { pending }) => sum + pending.size, 0));
    });
  }

  /** Throws the errors of `network.udp`. */
  start(): void {
    this.#context.onState((state) => {
      this.#time = new ServedTime(state, 'tai');
      Object.assign(this.#replyContext, qualityOf(state, this.#options));
    });
    const { listen, stamping } = this.#options;
    this.#sockets = listen.map((at) => {
      const sockets = openServerSockets(this.#context.network, at, stamping, () => this.#counters.count('unstamped'));
      sockets.event.onDatagram((datagram) => this.#receive(sockets, datagram));
      sockets.event.onSent((id, sent) => this.#follow(sockets, id, sent));
      return sockets;
    });
    for (const { event } of this.#sockets) this.#context.identity.serves(event.local.address);
    this.#context.identity.uses(this.#options.identity);
    const bound = this.#sockets.map(({ event }) => event.local.address);
    this.#servedAddresses = new ServedAddresses(this.#context, bound, (gone) => this.#reportHealth(gone));
    this.#reportHealth(undefined);
    this.#servedAddresses.start();
  }

  #reportHealth(gone: string | undefined): void {
    const places = this.#addresses().join(', ');
    if (gone !== undefined) this.#context.health('degraded', gone);
    else if (this.#options.steps === 2 && this.#stepsAt(this.#sockets[0]!) === 1) {
      const why = 'this machine makes no transmit stamps, so answers carry an estimate of the time of sending';
      this.#context.health('degraded', `serves at ${places}; ${why}`);
    } else this.#context.health('ok', `serves at ${places}`);
  }

  stop(): void {
    this.#servedAddresses?.stop();
    for (const sockets of this.#sockets) closeServerSockets(sockets);
    this.#sockets = [];
  }

  inspect(): Record<string, unknown> {
    const now = this.#context.monotonic();
    for (const { pending } of this.#sockets) pending.sweep(now);
    return {
      listen: this.#addresses(),
      stamps: this.#sockets.map(({ event }) => event.stamps),
      steps: this.#sockets.map((sockets) => this.#stepsAt(sockets)),
      identity: this.#options.identity,
      clockClass: this.#clockClass,
      ...this.#counters.counts,
    };
  }

  get #clockClass(): number {
    const state = this.#context.state();
    return isUncertain(state) ? 248 : state.ptp.clockClass;
  }

  #addresses(): readonly string[] {
    return this.#sockets.map(({ event: { local } }) => formatServer(local.address, local.port));
  }

  /** Without transmit stamps a Follow_Up would have nothing to report. */
  #stepsAt({ event }: ServerSockets): 1 | 2 {
    return event.stamps === 'user' ? 1 : this.#options.steps;
  }

  #receive(sockets: ServerSockets, { payload, from, to, received }: Datagram): void {
    this.#counters.count('requests');
    if (((payload[0] ?? 0) & 0x0f) !== SYNC) {
      // Sent to PTP ports that share port 319: not counted against the rate of the sender.
      this.#counters.count('ignored');
      return;
    }
    this.#context.identity.hears(payload, from, to);
    const client = octetsOf(from.address);
    if (client === undefined || !this.#admits(client)) return;
    const arrival = this.#time.at(received);
    if (arrival === undefined) {
      this.#counters.count('ignored');
      return;
    }
    const context = this.#replyContext;
    context.receiveSeconds = secondsOf(arrival);
    context.receiveNanoseconds = nanosecondsOf(arrival);
    context.amplify = covers(this.#options.amplify, client) ? 'trusted' : 'never';
    context.steps = this.#stepsAt(sockets);
    const now = this.#context.read('system');
    const departure = this.#time.at({ clock: now.clock, time: this.#latency.departure(now.time) }) ?? arrival;
    context.transmitSeconds = secondsOf(departure);
    context.transmitNanoseconds = nanosecondsOf(departure);
    const length = respond(payload, payload.length, context, this.#reply);
    if (length > 0) this.#send(sockets, length, { from, to, now });
    else this.#counters.count(this.#isShort(payload) ? 'short' : 'ignored');
  }

  #send({ event, pending }: ServerSockets, length: number, request: { from: Endpoint; to: string; now: Stamp }): void {
    const { from, to, now } = request;
    try {
      const { id, before } = event.send(this.#reply.subarray(0, length), from, to);
      this.#latency.learn(Number(before.time - now.time));
      this.#counters.count('replies');
      if (this.#replyContext.steps === 1) return;
      const sync = this.#reply.slice(0, FOLLOW_UP_OCTETS);
      pending.add(id, { sync, to: from, from: to, at: now.monotonic });
    } catch (error) {
      this.#countUnsent(error);
    }
  }

  /**
   * Sends the Follow_Up to port 320 of a client that asked from 319; to the client's own port otherwise: it may be behind a
   * NAT.
   */
  #follow({ event, general, pending }: ServerSockets, id: number, sent: Stamp): void {
    const waiting = pending.take(id);
    const departure = this.#time.at(sent);
    if (waiting === undefined || departure === undefined) return;
    const { sync, to, from } = waiting;
    followUp(sync, secondsOf(departure), nanosecondsOf(departure), this.#followUp);
    try {
      if (to.port === EVENT_PORT) general.send(this.#followUp, { address: to.address, port: GENERAL_PORT }, from);
      else event.send(this.#followUp, to, from);
      this.#counters.count('followups');
    } catch (error) {
      this.#countUnsent(error);
    }
  }

  /** The source address was forged, or the client has gone: no reason to restart. */
  #countUnsent(error: unknown): void {
    if (!(error instanceof HubError)) throw error;
    this.#counters.count('unsent');
  }

  #admits(client: Uint8Array): boolean {
    const decision = this.#access.judge(client, Number(this.#context.monotonic()));
    if (decision === 'serve') return true;
    this.#counters.count(decision === 'denied' ? 'denied' : 'limited');
    return false;
  }

  /** Returns true if the request would be answered if it were longer. */
  #isShort(request: Uint8Array): boolean {
    const { amplify } = this.#replyContext;
    if (amplify === 'trusted') return false;
    return respond(request, request.length, { ...this.#replyContext, amplify: 'trusted' }, this.#reply) > 0;
  }
}

const secondsOf = (instant: bigint): number => Number(instant / SECOND);
const nanosecondsOf = (instant: bigint): number => Number(instant % SECOND);
