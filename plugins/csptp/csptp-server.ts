import { type Datagram, type Endpoint, HubError, type SinkContext, type Stamp } from 'timehub/api';
import { covers, formatServer, octetsOf, type Server, type Subnet } from 'timehub/protocol/address';
import { FOLLOW_UP_OCTETS, followUp, type ReplyContext, respond } from 'timehub/protocol/csptp';
import { EVENT_PORT, GENERAL_PORT } from 'timehub/protocol/ptp';
import { AccessControl, type AccessOptions, Counters, ServedAddresses, TransmitLatency } from 'timehub/toolkit';
import { closeDoor, type Door, openDoor } from './door.js';
import { isUncertain, type QualityOptions, qualityOf } from './quality.js';
import { nanosecondsOf, ServedTime, secondsOf } from './served-time.js';
import type { Stamping } from './stamping.js';

export interface CsptpServerOptions extends QualityOptions, AccessOptions {
  readonly listen: readonly Server[];
  readonly stamping: Stamping;
  readonly steps: 1 | 2;
  /** Whose requests need not be as long as what answers them. */
  readonly amplify: readonly Subnet[];
}

/** No request worth an answer is longer than a packet on Ethernet. */
const MAX_REQUEST = 1500;
/** messageType. */
const SYNC = 0;

const COUNTERS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with a Sync',
  followups: 'Follow_Ups sent',
  unstamped: 'Syncs that no Follow_Up could follow, for no stamp of their sending came',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  short: 'Requests too short to be answered without amplifying them',
  ignored: 'Datagrams that are no request worth an answer',
  unsent: 'Answers that could not be sent',
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The sockets of the CSPTP server and the way of a request through access lists, rate limit and `respond`. */
export class CsptpServer {
  readonly #context: SinkContext;
  readonly #options: CsptpServerOptions;
  readonly #tally: Counters<keyof typeof COUNTERS>;
  readonly #gate: AccessControl;
  readonly #reply = new Uint8Array(MAX_REQUEST);
  readonly #followUp = new Uint8Array(FOLLOW_UP_OCTETS);
  readonly #replyContext: Mutable<ReplyContext>;
  readonly #lead = new TransmitLatency();
  #time: ServedTime;
  #doors: readonly Door[] = [];
  #watch: ServedAddresses | undefined;

  constructor(context: SinkContext, options: CsptpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#tally = new Counters(context.metrics, COUNTERS);
    this.#gate = new AccessControl(context, options);
    this.#exportGauges();
    const state = context.state();
    this.#time = new ServedTime(state);
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
    const clockClass = metrics.gauge('announced_clock_class', 'clockClass that answers carry.');
    const awaiting = metrics.gauge('awaited_stamps', 'Syncs sent whose Follow_Up waits for their stamp.');
    metrics.onRead(() => {
      clockClass(this.#clockClass);
      awaiting(this.#doors.reduce((sum, door) => sum + door.awaiting.size, 0));
    });
  }

  /** Throws what `network.udp` throws: the port is taken, or not ours to take. */
  start(): void {
    this.#context.onState((state) => {
      this.#time = new ServedTime(state);
      Object.assign(this.#replyContext, qualityOf(state, this.#options));
    });
    const { listen, stamping } = this.#options;
    this.#doors = listen.map((at) => {
      const door = openDoor(this.#context.network, at, stamping, () => this.#tally.count('unstamped'));
      door.event.onDatagram((datagram) => this.#receive(door, datagram));
      door.event.onSent((id, sent) => this.#follow(door, id, sent));
      return door;
    });
    for (const { event } of this.#doors) this.#context.identity.serves(event.local.address);
    this.#context.identity.uses(this.#options.identity);
    const bound = this.#doors.map(({ event }) => event.local.address);
    this.#watch = new ServedAddresses(this.#context, bound, (gone) => this.#tell(gone));
    this.#tell(undefined);
    this.#watch.start();
  }

  #tell(gone: string | undefined): void {
    const places = this.#addresses().join(', ');
    if (gone !== undefined) this.#context.health('degraded', gone);
    else if (this.#options.steps === 2 && this.#stepsAt(this.#doors[0]!) === 1) {
      const why = 'nothing here stamps what is sent, so that replies carry a time written ahead';
      this.#context.health('degraded', `serves at ${places}; ${why}`);
    } else this.#context.health('ok', `serves at ${places}`);
  }

  stop(): void {
    this.#watch?.stop();
    for (const door of this.#doors) closeDoor(door);
    this.#doors = [];
  }

  inspect(): Record<string, unknown> {
    const now = this.#context.monotonic();
    for (const { awaiting } of this.#doors) awaiting.sweep(now);
    return {
      listen: this.#addresses(),
      stamps: this.#doors.map(({ event }) => event.stamps),
      steps: this.#doors.map((door) => this.#stepsAt(door)),
      identity: this.#options.identity,
      clockClass: this.#clockClass,
      ...this.#tally.counts,
    };
  }

  get #clockClass(): number {
    const state = this.#context.state();
    return isUncertain(state) ? 248 : state.ptp.clockClass;
  }

  #addresses(): readonly string[] {
    return this.#doors.map(({ event: { local } }) => formatServer(local.address, local.port));
  }

  /** Without transmit stamps there is nothing that a Follow_Up could say. */
  #stepsAt({ event }: Door): 1 | 2 {
    return event.stamps === 'user' ? 1 : this.#options.steps;
  }

  #receive(door: Door, { payload, from, to, received }: Datagram): void {
    this.#tally.count('requests');
    if (((payload[0] ?? 0) & 0x0f) !== SYNC) {
      // Of the PTP ports beside it, and not to be counted against its sender.
      this.#tally.count('ignored');
      return;
    }
    this.#context.identity.hears(payload, from, to);
    const client = octetsOf(from.address);
    if (client === undefined || !this.#admits(client)) return;
    const arrival = this.#time.of(received);
    if (arrival === undefined) {
      this.#tally.count('ignored');
      return;
    }
    const context = this.#replyContext;
    context.receiveSeconds = secondsOf(arrival);
    context.receiveNanoseconds = nanosecondsOf(arrival);
    context.amplify = covers(this.#options.amplify, client) ? 'trusted' : 'never';
    context.steps = this.#stepsAt(door);
    const now = this.#context.read('system');
    const departure = this.#time.of({ ...now, time: this.#lead.ahead(now.time) }) ?? arrival;
    context.transmitSeconds = secondsOf(departure);
    context.transmitNanoseconds = nanosecondsOf(departure);
    const length = respond(payload, payload.length, context, this.#reply);
    if (length > 0) this.#send(door, length, { from, to, now });
    else this.#tally.count(this.#isShort(payload) ? 'short' : 'ignored');
  }

  #send(door: Door, length: number, { from, to, now }: { from: Endpoint; to: string; now: Stamp }): void {
    try {
      const { id, before } = door.event.send(this.#reply.subarray(0, length), from, to);
      this.#lead.learn(Number(before.time - now.time));
      this.#tally.count('replies');
      if (this.#replyContext.steps === 1) return;
      const sync = this.#reply.slice(0, FOLLOW_UP_OCTETS);
      door.awaiting.add(id, { sync, to: from, from: to, at: now.monotonic });
    } catch (error) {
      this.#unsent(error);
    }
  }

  /** To port 320 of who asked from 319; to where it asked from of anybody else, who may be behind a NAT. */
  #follow(door: Door, id: number, sent: Stamp): void {
    const unfollowed = door.awaiting.take(id);
    const departure = this.#time.of(sent);
    if (unfollowed === undefined || departure === undefined) return;
    const { sync, to, from } = unfollowed;
    followUp(sync, secondsOf(departure), nanosecondsOf(departure), this.#followUp);
    try {
      if (to.port === EVENT_PORT) door.general.send(this.#followUp, { address: to.address, port: GENERAL_PORT }, from);
      else door.event.send(this.#followUp, to, from);
      this.#tally.count('followups');
    } catch (error) {
      this.#unsent(error);
    }
  }

  /** A forged source address, a client that is gone: its loss. */
  #unsent(error: unknown): void {
    if (!(error instanceof HubError)) throw error;
    this.#tally.count('unsent');
  }

  #admits(client: Uint8Array): boolean {
    const passage = this.#gate.judge(client);
    if (passage === 'serve') return true;
    this.#tally.count(passage === 'denied' ? 'denied' : 'limited');
    return false;
  }

  /** Whether it would be answered, if it were longer. */
  #isShort(request: Uint8Array): boolean {
    const { amplify } = this.#replyContext;
    if (amplify === 'trusted') return false;
    return respond(request, request.length, { ...this.#replyContext, amplify: 'trusted' }, this.#reply) > 0;
  }
}
