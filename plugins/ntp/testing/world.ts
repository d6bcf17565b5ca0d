import {
  type ClockState,
  type Endpoint,
  HubError,
  type Instant,
  type Network,
  type NetworkInterface,
  type Ns,
  type ReceiveFilter,
  type SourceState,
  type Stamp,
  type TimeState,
  type UdpOptions,
  type UdpSocket,
} from 'timehub/api';
import type { FakeHost } from 'timehub/testing';

/** Returns the reply to a request that came at true time `at`; undefined: no reply. */
export type Responder = (request: Uint8Array, at: Instant, from: Endpoint) => Uint8Array | undefined;

export interface ResponderLink {
  readonly upNs: Ns;
  downNs: Ns;
  respond: Responder;
}

type Handler<A extends readonly unknown[]> = (...args: A) => void;

interface Socket extends UdpSocket {
  readonly peer: Endpoint | undefined;
  deliver(payload: Uint8Array, from: Endpoint, to: string): void;
  fail(error: Error): void;
  closed: boolean;
}

export const keyOf = ({ address, port }: Endpoint): string => `${address}|${port}`;

const TAI_MINUS_UTC_NS = 37_000_000_000n;

/** True time when the monotonic clock reads zero: 2026-11-21T10:00:00Z. */
export const EPOCH: Instant = 1_795_255_200_000_000_000n;

const notHere = (): never => {
  throw new Error('not needed by NTP');
};

/** A machine with virtual time and a network of responders, from which it makes contexts. */
export class NtpWorld {
  /** CLOCK_MONOTONIC_RAW. */
  now: Instant = 0n;
  /** Reference − system clock. */
  offsetNs: bigint = 0n;
  /** Delay of the kernel's transmit stamp after the sending; undefined: no stamp. */
  stampAfterNs: Ns | undefined = 1000;
  /** Time that the plugin takes from the reading of a clock to `send`. */
  callCostNs = 0n;
  /** Time from the call of `send` to the wire. */
  sendCostNs = 20_000n;
  /** Value that `worthAskingIn` returns: the time until another reply is worth asking for. */
  worthNs: Ns = 0;
  readonly links = new Map<string, ResponderLink>();
  readonly names = new Map<string, readonly string[]>();
  /** Sockets opened so far, closed ones included. */
  readonly sockets: Socket[] = [];
  own: readonly string[] = ['127.0.0.1'];
  /** Value that `voteState` returns. */
  voteState: (id: string) => SourceState = () => 'combined';
  /** Octets that sockets sent, in order. */
  readonly sentOctets: Uint8Array[] = [];
  resolverIsDead = false;
  /** The interface eth0 has a card whose clock `phc:ptp0`, on TAI, stamps these packets; undefined: there is no eth0. */
  card: readonly ReceiveFilter[] | undefined;
  /** The card gives transmit stamps. */
  cardStampsRequests = true;
  /** Answers for `network.tls`. */
  tls: Network['tls'] = notHere;
  tlsServer: Network['tlsServer'] = notHere;
  readonly #events: { at: Instant; run: () => void | Promise<void> }[] = [];
  #port = 40000;
  #seed = 1;

  /** The host that contexts use: it has UDP and one clock. */
  readonly host: FakeHost = {
    network: {
      udp: (options) => this.udp(options),
      ethernet: notHere,
      unixDatagram: notHere,
      pdelayResponder: notHere,
      interface: (name) => this.interface(name),
      onLink: () => ({ close: () => {} }),
      tcp: notHere,
      tls: (options) => this.tls(options),
      tlsServer: (options) => this.tlsServer(options),
      resolve: (host) => this.resolve(host),
      addresses: () => this.own,
    },
    monotonic: () => this.now,
    after: (delayNs, handler) => this.at(delayNs, handler),
    random: (octets) => this.random(octets),
    clock: () => ({ read: () => this.stamp('user') }),
    openClock: (id) => ({ id }) as ReturnType<FakeHost['openClock']>,
  };

  interface(name: string): NetworkInterface {
    if (this.card === undefined || name !== 'eth0')
      throw new HubError('TH_NET_INTERFACE', `this machine has no network interface "${name}"`);
    return {
      ...{ name, index: 1, mac: '', up: true, running: true, addresses: [] },
      phc: { index: 0, clock: 'phc:ptp0' },
      stamps: { kernelTransmit: true, kernelReceive: true, hardwareTransmit: true, hardwareReceive: this.card },
    };
  }

  get trueTime(): Instant {
    return EPOCH + this.now;
  }

  stamp(by: Stamp['by'], delayNs = 0n): Stamp {
    const monotonic = this.now + delayNs;
    return { clock: 'system', time: EPOCH + monotonic - this.offsetNs, monotonic, by };
  }

  /** The best stamp of a socket with these options. */
  #socketStamp({ hardwareStamps = false }: UdpOptions, delayNs = 0n): Stamp {
    const kernel = this.stamp('kernel', delayNs);
    if (!hardwareStamps) return kernel;
    return { ...kernel, clock: 'phc:ptp0', time: EPOCH + kernel.monotonic + TAI_MINUS_UTC_NS, by: 'hardware' };
  }

  at(delayNs: Ns, run: () => void | Promise<void>): { cancel(): void } {
    const event = { at: this.now + BigInt(Math.round(delayNs)), run };
    this.#events.push(event);
    return {
      cancel: () => {
        const index = this.#events.indexOf(event);
        if (index >= 0) this.#events.splice(index, 1);
      },
    };
  }

  /** Advances the time, event by event. */
  async pass(ns: Ns): Promise<void> {
    const end = this.now + BigInt(Math.round(ns));
    for (;;) {
      const next = this.#events.reduce<Instant | undefined>(
        (a, e) => (a === undefined || e.at < a ? e.at : a),
        undefined,
      );
      if (next === undefined || next > end) break;
      const [event] = this.#events.splice(
        this.#events.findIndex((e) => e.at === next),
        1,
      );
      this.now = next;
      await event!.run();
      await new Promise(setImmediate);
    }
    this.now = end;
  }

  /** Returns octets that are not random, but different each time. */
  random(octets: number): Uint8Array {
    return Uint8Array.from({ length: octets }, () => {
      this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
      return this.#seed >>> 24;
    });
  }

  async resolve(host: string): Promise<readonly string[]> {
    if (this.resolverIsDead) {
      const cause = Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN' });
      throw new HubError('TH_NET_RESOLVE', `the name server does not answer for "${host}"`, { cause });
    }
    const found = this.names.get(host);
    if (found === undefined) throw new HubError('TH_NET_RESOLVE', `cannot resolve "${host}"`);
    return found;
  }

  udp(options: UdpOptions): Socket {
    const onDatagram: Handler<[Parameters<Parameters<UdpSocket['onDatagram']>[0]>[0]]>[] = [];
    const onSent: Handler<[number, Stamp]>[] = [];
    const onError: Handler<[Error]>[] = [];
    let id = 0;
    const local = { address: options.address ?? '127.0.0.1', port: options.port ?? this.#port++ };
    const socket: Socket = {
      local,
      stamps: 'kernel',
      peer: options.peer,
      closed: false,
      send: (payload, to = options.peer, from = local.address) => {
        const number = id++;
        this.sentOctets.push(payload.slice());
        const before = this.stamp('user', this.callCostNs);
        const sent = this.#socketStamp(options, this.callCostNs + this.sendCostNs);
        const isStamped = options.hardwareStamps !== true || this.cardStampsRequests;
        if (options.transmitStamps === true && isStamped && this.stampAfterNs !== undefined) {
          this.at(this.stampAfterNs, () => {
            if (!socket.closed) for (const handler of onSent) handler(number, sent);
          });
        }
        this.#carry(payload.slice(), { address: from, port: local.port }, to!);
        return { id: number, before };
      },
      deliver: (payload, from, to) => {
        const { peer } = options;
        if (socket.closed || (peer !== undefined && keyOf(peer) !== keyOf(from))) return;
        for (const handler of onDatagram) handler({ payload, from, to, received: this.#socketStamp(options) });
      },
      fail: (error) => {
        if (!socket.closed) for (const handler of onError) handler(error);
      },
      onDatagram: (handler) => onDatagram.push(handler),
      onSent: (handler) => onSent.push(handler),
      onNetworkError: (handler) => onError.push(handler),
      close: () => {
        socket.closed = true;
      },
    };
    this.sockets.push(socket);
    return socket;
  }

  /** Carries a datagram from a socket to a responder and back, or to another socket of this world. */
  #carry(payload: Uint8Array, from: Endpoint, to: Endpoint): void {
    const link = this.links.get(keyOf(to));
    if (link === undefined) {
      const target = this.sockets.find((s) => !s.closed && keyOf(s.local) === keyOf(to));
      this.at(Number(this.sendCostNs) + 1000, () => target?.deliver(payload, from, to.address));
      return;
    }
    this.at(Number(this.sendCostNs) + link.upNs, () => {
      const reply = link.respond(payload, this.trueTime, from);
      if (reply === undefined) return;
      this.at(link.downNs, () => this.inject(from, reply, to));
    });
  }

  /** Delivers a datagram without a sender to the socket at `to`. */
  inject(to: Endpoint, payload: Uint8Array, from: Endpoint): void {
    this.sockets.find((s) => !s.closed && s.local.port === to.port)?.deliver(payload, from, to.address);
  }
}

/** Returns the state of a synchronised hub whose system clock is behind by `offsetNs`. */
export function stateOf(
  world: NtpWorld,
  over: { ntp?: Partial<TimeState['ntp']>; clock?: Partial<ClockState> } = {},
): TimeState {
  const { monotonic, time } = world.stamp('user');
  return {
    mode: 'tracking',
    reason: '',
    modeSince: time,
    monotonic,
    clocks: [
      {
        id: 'system',
        scale: 'utc',
        reading: time,
        monotonic,
        offsetNs: Number(world.offsetNs),
        sigmaNs: 100,
        boundNs: 1000,
        boundGrowthPpb: 1000,
        slopePpb: 0,
        frequencyPpb: 0,
        frequencySigmaPpb: 10,
        steered: false,
        ...over.clock,
      },
    ],
    leap: { pending: 'none', taiMinusUtc: 37, taiKnown: true },
    sources: [],
    ntp: {
      stratum: 2,
      refid: '192.0.2.1',
      leap: 'none',
      rootDelayNs: 1e6,
      rootDispersionNs: 2e6,
      referenceTime: time,
      ...over.ntp,
    },
    ptp: {
      clockClass: 248,
      clockAccuracy: 254,
      offsetScaledLogVariance: 0xffff,
      timeSource: 160,
      timeTraceable: false,
      frequencyTraceable: false,
    },
  };
}
