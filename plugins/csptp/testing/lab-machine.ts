import { type Endpoint, HubError, type Network, type TimeState, type UdpOptions, type UdpSocket } from 'timehub/api';
import { type FakeHost, type FakeSink, type FakeSource, fakeSink, fakeSource, timeStateOf } from 'timehub/testing';
import type { LabHost } from '../../../src/lab/host.js';

export interface Sent {
  readonly payload: Uint8Array;
  readonly fromPort: number;
  readonly to: Endpoint;
}

/** A machine of the lab with a CSPTP source and sink, which records the datagrams that they send. */
export class Machine {
  readonly host: LabHost;
  readonly source: FakeSource<FakeHost>;
  readonly sink: FakeSink<FakeHost>;
  readonly sent: Sent[] = [];
  /** True: the process lacks CAP_NET_BIND_SERVICE. */
  unprivileged = false;
  /** Called before a datagram leaves. */
  onSend: (fromPort: number) => void = () => {};
  /** Time from the reading of a clock to the sending. */
  callCostNs = 0n;

  constructor(host: LabHost) {
    this.host = host;
    const watched: FakeHost = {
      network: this.#network(),
      monotonic: () => host.monotonic(),
      after: (delayNs, handler) => host.after(delayNs, handler),
      random: (octets) => host.random(octets),
      clock: (id) => host.clock(id),
      openClock: (id) => host.openClock(id),
    };
    this.source = fakeSource({ host: watched, id: 'csptp.client' });
    this.sink = fakeSink({ host: watched, id: 'csptp.server', state: this.knowing() });
  }

  /** Returns the state of a hub that knows the true time. */
  knowing(over: Partial<TimeState> = {}): TimeState {
    return timeStateOf(this.host, over);
  }

  publish(state: TimeState): void {
    this.sink.publish(state);
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
      this.sent.push({ payload: payload.slice(), fromPort: socket.local.port, to: (to ?? peer)! });
      this.onSend(socket.local.port);
      const { id, before } = send(payload, to, from);
      return { id, before: { ...before, time: before.time + this.callCostNs } };
    };
    return socket;
  }
}
