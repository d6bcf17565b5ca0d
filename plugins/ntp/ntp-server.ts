import { type Datagram, type Endpoint, HubError, type Instant, type SinkContext, type UdpSocket } from 'timehub/api';
import { formatServer, octetsOf, type Server } from 'timehub/protocol/address';
import { type Admission, type ReplyContext, respond, SILENCES, type Silence, toNtpTime } from 'timehub/protocol/ntp';
import {
  AccessControl,
  type AccessOptions,
  Counters,
  ReasonCounters,
  ServedAddresses,
  TransmitLatency,
} from 'timehub/toolkit';
import { ServerTime } from './server-time.js';

export interface NtpServerOptions extends AccessOptions {
  readonly listen: readonly Server[];
  readonly onDeny: 'ignore' | 'kiss';
  /** Bit n: version n is answered. */
  readonly versions: number;
}

/** A reply is never longer than its request, and no request worth an answer is longer than a packet on Ethernet. */
const MAX_REQUEST = 1500;

/**
 * Some 700 requests, as the kernel counts them: in a flood those that are not dropped have waited behind so many, 10 to 20 ms.
 * As many clients are served after a moment in which the hub did not run.
 */
const RECEIVE_BUFFER_OCTETS = 2 ** 18;

const COUNTERS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with the time',
  kisses: 'Requests answered with a kiss of death',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  unsent: 'Replies that could not be sent',
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The sockets of the NTP server and the way of a request through access lists, rate limit and `respond`. */
export class NtpServer {
  readonly #context: SinkContext;
  readonly #options: NtpServerOptions;
  readonly #tally: Counters<keyof typeof COUNTERS>;
  readonly #ignored: ReasonCounters<Silence>;
  readonly #gate: AccessControl;
  readonly #reply = new Uint8Array(MAX_REQUEST);
  readonly #replyContext: Mutable<ReplyContext>;
  readonly #lead = new TransmitLatency();
  #time: ServerTime;
  #sockets: readonly UdpSocket[] = [];
  #watch: ServedAddresses | undefined;

  constructor(context: SinkContext, options: NtpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#tally = new Counters(context.metrics, COUNTERS);
    this.#ignored = new ReasonCounters(
      context.metrics,
      'ignored',
      'Datagrams that are no request worth an answer, by reason',
      SILENCES,
    );
    this.#gate = new AccessControl(context, options);
    this.#time = new ServerTime(context.state());
    this.#replyContext = {
      header: this.#time.header,
      versions: options.versions,
      admission: 'serve',
      clientPort: 0,
      receiveSeconds: 0,
      receiveFraction: 0,
      transmitSeconds: 0,
      transmitFraction: 0,
    };
  }

  /** Throws what `network.udp` throws: the port is taken, or not ours to take. */
  start(): void {
    this.#context.onState((state) => {
      this.#time = new ServerTime(state);
      this.#replyContext.header = this.#time.header;
    });
    this.#sockets = this.#options.listen.map(({ host, port }) => {
      const socket = this.#context.network.udp({ address: host, port, receiveBuffer: RECEIVE_BUFFER_OCTETS });
      socket.onDatagram((datagram) => this.#receive(socket, datagram));
      return socket;
    });
    for (const { local } of this.#sockets) this.#context.identity.serves(local.address);
    const bound = this.#sockets.map(({ local }) => local.address);
    this.#watch = new ServedAddresses(this.#context, bound, (gone) => this.#tell(gone));
    this.#tell(undefined);
    this.#watch.start();
  }

  stop(): void {
    this.#watch?.stop();
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
  }

  inspect(): Record<string, unknown> {
    return {
      listen: this.#addresses(),
      stamps: this.#sockets.map(({ stamps }) => stamps),
      ...this.#tally.counts,
      ignored: this.#ignored.counts,
    };
  }

  #tell(gone: string | undefined): void {
    if (gone === undefined) this.#context.health('ok', `serves at ${this.#addresses().join(', ')}`);
    else this.#context.health('degraded', gone);
  }

  #addresses(): readonly string[] {
    return this.#sockets.map(({ local }) => formatServer(local.address, local.port));
  }

  #receive(socket: UdpSocket, { payload, from, to, received }: Datagram): void {
    this.#tally.count('requests');
    this.#context.identity.hears(payload, from, to);
    const admission = this.#admit(from.address);
    if (admission === 'silence') return;
    const context = this.#replyContext;
    context.admission = admission;
    context.clientPort = from.port;
    [context.receiveSeconds, context.receiveFraction] = this.#words(received.time);
    this.#time.grow(received.monotonic);
    const now = this.#context.read('system').time;
    [context.transmitSeconds, context.transmitFraction] = this.#words(this.#lead.ahead(now));
    const length = respond(payload, payload.length, context, this.#reply);
    if (typeof length === 'string') this.#ignored.count(length);
    else this.#send(socket, length, from, to, now);
  }

  #send(socket: UdpSocket, length: number, from: Endpoint, to: string, stamped: Instant): void {
    try {
      const { before } = socket.send(this.#reply.subarray(0, length), from, to);
      this.#lead.learn(Number(before.time - stamped));
      this.#tally.count(this.#replyContext.admission === 'serve' ? 'replies' : 'kisses');
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      // A forged source address, a client that is gone: its loss.
      this.#tally.count('unsent');
    }
  }

  #admit(address: string): Admission | 'silence' {
    const octets = octetsOf(address);
    if (octets === undefined) return 'silence';
    const passage = this.#gate.judge(octets);
    if (passage === 'serve') return 'serve';
    this.#tally.count(passage === 'denied' ? 'denied' : 'limited');
    if (passage === 'denied') return this.#options.onDeny === 'kiss' ? 'deny' : 'silence';
    return passage === 'limited-first' ? 'rate' : 'silence';
  }

  #words(time: bigint): [number, number] {
    const ntp = toNtpTime(this.#time.correct(time));
    return [Number(ntp >> 32n), Number(ntp & 0xffff_ffffn)];
  }
}
