import {
  type Claims,
  type Endpoint,
  HubError,
  type HubReport,
  type Network,
  type Observation,
  type SinkContext,
  type SourceContext,
  type TimeState,
  type UdpOptions,
  type UdpSocket,
} from 'timehub/api';
import type { LabHost } from '../../../src/lab/host.js';

export interface Sent {
  readonly payload: Uint8Array;
  readonly fromPort: number;
  readonly to: Endpoint;
}

/** What an instance did, in order. */
export interface Deeds {
  readonly observations: (readonly Observation[])[];
  readonly claims: Claims[];
  readonly unreachable: string[];
  readonly health: { readonly state: 'ok' | 'degraded'; readonly reason: string }[];
  readonly sent: Sent[];
}

/** All that a plugin may touch, on a machine of the lab. */
export class Machine {
  readonly host: LabHost;
  readonly did: Deeds = { observations: [], claims: [], unreachable: [], health: [], sent: [] };
  /** A process without CAP_NET_BIND_SERVICE. */
  unprivileged = false;
  /** Called before a datagram leaves. */
  onSend: (fromPort: number) => void = () => {};
  /** From the reading of a clock to the sending, as its program has it. */
  callCostNs = 0n;
  #state: TimeState;
  readonly #onState: ((state: TimeState) => void)[] = [];

  constructor(host: LabHost) {
    this.host = host;
    this.#state = this.knowing();
  }

  /** A state of a hub that knows the truth. */
  knowing(over: Partial<TimeState> = {}): TimeState {
    const clocks = this.host.clocks.map((clock) => {
      const { time, monotonic } = clock.read();
      return {
        id: clock.id,
        scale: clock.scale,
        reading: time,
        monotonic,
        offsetNs: this.host.errorNs(clock.id),
        sigmaNs: 10,
        boundNs: 100,
        boundGrowthPpb: 0,
        slopePpb: 0,
        frequencyPpb: 0,
        frequencySigmaPpb: 1,
        steered: false,
      };
    });
    return {
      mode: 'tracking',
      reason: '',
      modeSince: 0n,
      monotonic: this.host.monotonic(),
      clocks,
      leap: { pending: 'none', taiMinusUtc: 37, taiKnown: true },
      sources: [],
      ntp: {
        stratum: 1,
        refid: 'GPS',
        leap: 'none',
        rootDelayNs: 0,
        rootDispersionNs: 100,
        referenceTime: clocks[0]!.reading,
      },
      ptp: {
        clockClass: 6,
        clockAccuracy: 0x21,
        offsetScaledLogVariance: 0x4e5d,
        timeSource: 0x20,
        timeTraceable: true,
        frequencyTraceable: true,
      },
      ...over,
    };
  }

  publish(state: TimeState): void {
    this.#state = state;
    for (const handler of this.#onState) handler(state);
  }

  get context(): SourceContext & SinkContext {
    const { host, did } = this;
    const quiet = () => undefined;
    return {
      id: 'csptp.test',
      log: { debug: quiet, info: quiet, warn: quiet },
      metrics: { counter: () => quiet, gauge: () => quiet, onRead: quiet },
      network: this.#network(),
      identity: { asks: quiet, hears: quiet, serves: quiet, uses: quiet, isOwn: () => false },
      signal: new AbortController().signal,
      monotonic: () => host.monotonic(),
      read: (clock) => host.clock(clock).read(),
      openClock: (clock) => host.openClock(clock),
      after: (delayNs, handler) => host.after(delayNs, () => void handler()),
      ordinal: 1,
      common: (make) => make(),
      remembered: undefined,
      remember: quiet,
      random: (octets) => host.random(octets),
      health: (state, reason) => void did.health.push({ state, reason }),
      fail: (error) => {
        throw error;
      },
      observe: (observations) => void did.observations.push(observations),
      claim: (claims) => void did.claims.push(claims),
      unreachable: (reason) => void did.unreachable.push(reason),
      discontinuity: quiet,
      replaced: quiet,
      voteState: () => 'combined',
      worthAskingIn: (minNs) => minNs,
      state: () => this.#state,
      onState: (handler) => void this.#onState.push(handler),
      discipline: () => {
        throw new Error('CSPTP steers nothing');
      },
      hub: {} as HubReport,
    };
  }

  #network(): Network {
    const { network } = this.host;
    return new Proxy(network, {
      get: (target, name) => {
        if (name === 'udp') return (options: UdpOptions) => this.#watched(target.udp(this.#checked(options)), options);
        const member = Reflect.get(target, name, target) as unknown;
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  #checked(options: UdpOptions): UdpOptions {
    const { port = 0 } = options;
    if (this.unprivileged && port > 0 && port < 1024) throw new HubError('TH_NET_PORT_PRIVILEGE', `UDP port ${port}`);
    return options;
  }

  #watched(socket: UdpSocket, { peer }: UdpOptions): UdpSocket {
    const send = socket.send.bind(socket);
    socket.send = (payload, to, from) => {
      this.did.sent.push({ payload: payload.slice(), fromPort: socket.local.port, to: (to ?? peer)! });
      this.onSend(socket.local.port);
      const { id, before } = send(payload, to, from);
      return { id, before: { ...before, time: before.time + this.callCostNs } };
    };
    return socket;
  }
}
