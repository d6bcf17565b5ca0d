import { type Context, HubError, type UnixDatagramSocket } from 'timehub/api';
import {
  answerManagement,
  type DataSet,
  decode,
  encode,
  type ManagedClock,
  type Management,
  type ManagementPolicy,
  Subscribers,
  tooBig,
} from 'timehub/protocol/ptp';
import type { PortConfig } from '../port/port-config.js';

const MAX_OCTETS = 1500;

interface ManagementConfig extends Pick<PortConfig, 'management' | 'management-over-network'> {
  /** portNumber */
  readonly port: number;
}

/**
 * Answers management messages from a Unix datagram socket, as linuxptp's, and from the network if configured. Both only read:
 * the announced data follow from the time state. Clients of the socket can also subscribe to changes.
 */
export class ManagementSocket {
  readonly #context: Context;
  readonly #config: ManagementConfig;
  readonly #managed: () => ManagedClock;
  readonly #buffer = new Uint8Array(MAX_OCTETS);
  readonly #subscribers = new Subscribers();
  #socket: UnixDatagramSocket | undefined;

  constructor(context: Context, config: ManagementConfig, managed: () => ManagedClock) {
    this.#context = context;
    this.#config = config;
    this.#managed = managed;
  }

  /** Throws `TH_NET_UNIX_BUSY`, `TH_NET_UNIX`. */
  open(): void {
    const { management: path } = this.#config;
    if (path === undefined) return;
    const socket = this.#context.network.unixDatagram({ path });
    socket.onDatagram(({ payload, from }) => {
      const message = decode(payload.slice());
      if (message.kind !== 'management' || from === '') return;
      for (const answer of this.#answersTo(message, from)) this.#reply(socket, answer, from);
    });
    this.#socket = socket;
  }

  close(): void {
    this.#socket?.close();
  }

  /**
   * Returns the answers to a request of `octets` octets: together no longer than the request, or one error, because its
   * address may be forged. pmc pads its requests to the length of the answer.
   */
  answerFromNetwork(request: Management, octets: number): readonly Management[] {
    if (!this.#config['management-over-network']) return [];
    const answers = this.#answers(request, this.#managed, {});
    const length = answers.reduce((sum, answer) => sum + encode(answer, this.#buffer), 0);
    return length <= octets ? answers : answers.slice(0, 1).map(tooBig);
  }

  /** Sends the changes since the last call to the subscribers. */
  notifySubscribers(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#subscribers.size === 0) return;
    for (const { to, message } of this.#subscribers.notices(this.#managed(), this.#context.monotonic())) {
      if (this.#reply(socket, message, to) === 'gone') this.#subscribers.forget(to);
    }
  }

  #answersTo(request: Management, from: string): readonly Management[] {
    const now = this.#context.monotonic();
    const managed = () => {
      const clock = this.#managed();
      return {
        ...clock,
        clock: { ...clock.clock, 'subscribe-events-np': this.#subscribers.subscriptionOf(from, now) },
      };
    };
    const subscribe = (subscription: DataSet<'subscribe-events-np'>) =>
      this.#subscribers.subscribe(request, from, subscription, this.#managed(), now);
    return this.#answers(request, managed, {
      set: (name, value) =>
        name === 'subscribe-events-np' ? subscribe(value as DataSet<'subscribe-events-np'>) : 'not-setable',
    });
  }

  #answers(request: Management, managed: () => ManagedClock, policy: ManagementPolicy): readonly Management[] {
    return answerManagement(request, managed, this.#config.port, policy);
  }

  #reply(socket: UnixDatagramSocket, answer: Management, to: string): 'sent' | 'gone' {
    try {
      socket.send(this.#buffer.subarray(0, encode(answer, this.#buffer)), to);
      return 'sent';
    } catch (error) {
      // The client has closed its socket.
      if (!(error instanceof HubError)) throw error;
      return 'gone';
    }
  }
}
