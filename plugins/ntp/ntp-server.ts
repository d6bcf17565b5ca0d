import { type Datagram, type Endpoint, HubError, type Instant, type SinkContext, type UdpSocket } from 'timehub/api';
import { formatServer, octetsOf, type Server } from 'timehub/protocol/address';
import {
  type Admission,
  CRYPTO_NAK_OCTETS,
  type ReplyContext,
  respond,
  SentReplies,
  SILENCES,
  type Silence,
  type SymmetricKeys,
  toNtpTime,
} from 'timehub/protocol/ntp';
import {
  AccessControl,
  type AccessOptions,
  Counters,
  ReasonCounters,
  ServedAddresses,
  ServedTime,
  TransmitLatency,
} from 'timehub/toolkit';
import { NtsReplies } from './nts/nts-replies.js';
import type { NtsService } from './nts/nts-service.js';
import { ReplyHeader } from './reply-header.js';

export interface NtpServerOptions extends AccessOptions {
  readonly listen: readonly Server[];
  readonly onDeny: 'ignore' | 'kiss';
  /** Bit n set: version n is answered. */
  readonly versions: number;
  readonly nts?: NtsService;
  /** Answer clients that ask for it in the interleaved mode. */
  readonly interleaved: boolean;
  /** The symmetric keys of clients. */
  readonly keys?: { readonly keys: SymmetricKeys; readonly weak: readonly number[] };
}

/** Octets. A reply is never longer than its request; a longer request than a packet on Ethernet gets no answer. */
const MAX_REQUEST = 1500;

/**
 * Receive buffer: octets of some 700 requests, as the kernel counts them. In a flood, a request that is not dropped waits
 * behind that many, 10 to 20 ms. After a pause of the hub, that many clients are still served.
 */
const RECEIVE_BUFFER_OCTETS = 2 ** 18;

/** Octets of the shortest request with NTS: header, identifier, cookie and authenticator. */
const SHORTEST_NTS = 140;

const COUNTERS = {
  requests: 'Datagrams received',
  replies: 'Requests answered with the time',
  interleaved: 'Requests answered with the time in the interleaved mode (also counted as replies)',
  kisses: 'Requests answered with a kiss of death',
  naks: 'Requests with a MAC that no key verifies, answered with a crypto-NAK',
  denied: 'Requests refused by the access lists',
  limited: 'Requests refused by the rate limit',
  unsent: 'Replies that could not be sent',
  nts_replies: 'Requests with NTS answered with the time',
  nts_naks: 'Requests with NTS whose cookie or authenticator was not valid (NTSN)',
  nts_ignored: 'Requests with NTS that are malformed',
} as const;

interface Listener {
  readonly socket: UdpSocket;
  readonly sentReplies: SentReplies | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Serves NTP: each request passes access lists, rate limit and `respond`. */
export class NtpServer {
  readonly #context: SinkContext;
  readonly #options: NtpServerOptions;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  readonly #ignored: ReasonCounters<Silence>;
  readonly #access: AccessControl;
  readonly #reply = new Uint8Array(MAX_REQUEST);
  readonly #replyContext: Mutable<ReplyContext>;
  readonly #latency = new TransmitLatency();
  /** The same for requests that are long enough for NTS, whose replies take longer. */
  readonly #longLatency = new TransmitLatency();
  readonly #nts: NtsReplies;
  #header: ReplyHeader;
  #time: ServedTime;
  #sockets: readonly UdpSocket[] = [];
  #servedAddresses: ServedAddresses | undefined;
  /** Sentences for the operator about a lost address and about NTS; undefined or '': no fault. */
  #gone: string | undefined;
  #ntsFault = '';

  constructor(context: SinkContext, options: NtpServerOptions) {
    this.#context = context;
    this.#options = options;
    this.#counters = new Counters(context.metrics, COUNTERS);
    this.#ignored = new ReasonCounters(
      context.metrics,
      'ignored',
      'Datagrams that are no valid request, by reason',
      SILENCES,
    );
    this.#access = new AccessControl(context, options);
    this.#nts = new NtsReplies((octets) => context.random(octets));
    this.#header = new ReplyHeader(context.state());
    this.#time = new ServedTime(context.state(), 'utc');
    this.#replyContext = {
      header: this.#header.octets,
      versions: options.versions,
      admission: 'serve',
      clientPort: 0,
      receiveSeconds: 0,
      receiveFraction: 0,
      transmitSeconds: 0,
      transmitFraction: 0,
    };
  }

  /** Rejects with the errors of `network.udp`, and of the NTS service. */
  async start(): Promise<void> {
    await this.#options.nts?.start(
      (keys) => this.#nts.use(keys),
      (fault) => {
        this.#ntsFault = fault;
        this.#reportHealth();
      },
    );
    this.#context.onState((state) => {
      this.#header = new ReplyHeader(state);
      this.#time = new ServedTime(state, 'utc');
      this.#replyContext.header = this.#header.octets;
    });
    this.#sockets = this.#options.listen.map((address) => this.#listen(address));
    for (const { local } of this.#sockets) this.#context.identity.serves(local.address);
    const bound = this.#sockets.map(({ local }) => local.address);
    this.#servedAddresses = new ServedAddresses(this.#context, bound, (gone) => {
      this.#gone = gone;
      this.#reportHealth();
    });
    this.#reportHealth();
    this.#servedAddresses.start();
  }

  #listen({ host, port }: Server): UdpSocket {
    const { interleaved } = this.#options;
    const socket = this.#context.network.udp({
      address: host,
      port,
      receiveBuffer: RECEIVE_BUFFER_OCTETS,
      ...(interleaved && { transmitStamps: true }),
    });
    const sentReplies = interleaved ? new SentReplies({ random: (octets) => this.#context.random(octets) }) : undefined;
    if (sentReplies !== undefined)
      socket.onSent((id, { by, time }) => {
        if (by !== 'user' && sentReplies.awaits(id)) sentReplies.stamp(id, ...this.#words(time));
      });
    socket.onDatagram((datagram) => this.#receive({ socket, sentReplies }, datagram));
    return socket;
  }

  stop(): void {
    this.#options.nts?.stop();
    this.#servedAddresses?.stop();
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
  }

  inspect(): Record<string, unknown> {
    const { keys } = this.#options;
    return {
      listen: this.#addresses(),
      stamps: this.#sockets.map(({ stamps }) => stamps),
      ...(keys && { keys: keys.keys.size, weakKeys: keys.weak.length }),
      ...this.#options.nts?.inspect(),
      ...this.#counters.counts,
      ignored: this.#ignored.counts,
    };
  }

  #reportHealth(): void {
    const faults = [this.#gone ?? '', this.#ntsFault].filter((fault) => fault !== '');
    if (faults.length === 0) this.#context.health('ok', `serves at ${this.#addresses().join(', ')}`);
    else this.#context.health('degraded', faults.join('; '));
  }

  #addresses(): readonly string[] {
    return this.#sockets.map(({ local }) => formatServer(local.address, local.port));
  }

  #receive(listener: Listener, { payload, from, to, received }: Datagram): void {
    this.#counters.count('requests');
    this.#context.identity.hears(payload, from, to);
    const client = octetsOf(from.address);
    const admission = client === undefined ? 'silence' : this.#admit(client);
    if (admission === 'silence') return;
    const context = this.#replyContext;
    if (listener.sentReplies !== undefined) {
      context.sentReplies = listener.sentReplies;
      context.client = client!;
    }
    if (this.#options.keys !== undefined) context.keys = this.#options.keys.keys;
    context.admission = admission;
    context.clientPort = from.port;
    [context.receiveSeconds, context.receiveFraction] = this.#words(received.time);
    this.#header.setRootDispersion(received.monotonic);
    const now = this.#context.read('system').time;
    const latency = payload.length < SHORTEST_NTS ? this.#latency : this.#longLatency;
    [context.transmitSeconds, context.transmitFraction] = this.#words(latency.departure(now));
    const plain = respond(payload, payload.length, context, this.#reply);
    if (typeof plain === 'string') {
      this.#ignored.count(plain);
      return;
    }
    const nts = admission === 'serve' ? this.#nts.protect(payload, payload.length, this.#reply) : 'plain';
    if (nts === 'nts_ignored') this.#counters.count(nts);
    else if (nts === 'plain') this.#send(listener, plain, from, to, { now, latency, kind: this.#kindOf(plain) });
    else this.#send(listener, this.#nts.octets, from, to, { now, latency, kind: nts });
  }

  #send(
    { socket, sentReplies }: Listener,
    length: number,
    from: Endpoint,
    to: string,
    { now, latency, kind }: { now: Instant; latency: TransmitLatency; kind: keyof typeof COUNTERS },
  ): void {
    try {
      const { id, before } = socket.send(this.#reply.subarray(0, length), from, to);
      latency.learn(Number(before.time - now));
      this.#counters.count(kind);
      if (sentReplies === undefined) return;
      if (sentReplies.isInterleaved) this.#counters.count('interleaved');
      sentReplies.sent(id, sentReplies.ticket);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      // The source address was forged, or the client has gone: no reason to restart.
      this.#counters.count('unsent');
    }
  }

  #kindOf(length: number): 'replies' | 'kisses' | 'naks' {
    if (this.#replyContext.admission !== 'serve') return 'kisses';
    return length === CRYPTO_NAK_OCTETS ? 'naks' : 'replies';
  }

  #admit(client: Uint8Array): Admission | 'silence' {
    const decision = this.#access.judge(client);
    if (decision === 'serve') return 'serve';
    this.#counters.count(decision === 'denied' ? 'denied' : 'limited');
    if (decision === 'denied') return this.#options.onDeny === 'kiss' ? 'deny' : 'silence';
    return decision === 'limited-first' ? 'rate' : 'silence';
  }

  /** Returns the NTP timestamp, in two words, of the hub's time when the system clock read `time`. */
  #words(time: Instant): [seconds: number, fraction: number] {
    const ntp = toNtpTime(this.#time.at({ clock: 'system', time })!);
    return [Number(ntp >> 32n), Number(ntp & 0xffff_ffffn)];
  }
}
