import { type Context, HubError, type UnixDatagramSocket } from 'timehub/api';
import { answerManagement, decode, encode, type ManagedClock, type Management } from 'timehub/protocol/ptp';
import type { PortConfig } from './port-config.js';

const MAX_OCTETS = 1500;

interface DoorConfig extends Pick<PortConfig, 'management' | 'management-over-network'> {
  /** portNumber */
  readonly port: number;
}

/**
 * Where management messages come in: a Unix datagram socket, as linuxptp has it, and the network when it is allowed to.
 * Both may read; what is announced is decided by the hub's state, so that nobody sets anything.
 */
export class ManagementDoor {
  readonly #context: Context;
  readonly #config: DoorConfig;
  readonly #managed: () => ManagedClock;
  readonly #buffer = new Uint8Array(MAX_OCTETS);
  #socket: UnixDatagramSocket | undefined;

  constructor(context: Context, config: DoorConfig, managed: () => ManagedClock) {
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
      for (const answer of this.#answers(message)) this.#reply(socket, answer, from);
    });
    this.#socket = socket;
  }

  close(): void {
    this.#socket?.close();
  }

  fromNetwork(request: Management, answer: (answers: readonly Management[]) => void): void {
    if (this.#config['management-over-network']) answer(this.#answers(request));
  }

  #answers(request: Management): readonly Management[] {
    return answerManagement(request, this.#managed, this.#config.port, {});
  }

  #reply(socket: UnixDatagramSocket, answer: Management, to: string): void {
    try {
      socket.send(this.#buffer.subarray(0, encode(answer, this.#buffer)), to);
    } catch (error) {
      // Whoever asked has gone.
      if (!(error instanceof HubError)) throw error;
    }
  }
}
