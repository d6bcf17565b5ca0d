import type { Endpoint, ServerAddress } from '../../api/index.js';
import type { ServerSocketWishes, WorkerSockets } from '../../kernel/host.js';
import type { Native, NativeServerSocketOptions } from '../native.js';
import { errorName, openError, succeeds } from '../net/net-error.js';

/**
 * Receive buffer: octets of some 2700 requests, as the kernel counts them. In a flood, a request that is not dropped waits behind
 * that many, 10 to 20 ms, and that many clients are still served after a pause of the thread.
 */
const RECEIVE_BUFFER_OCTETS = 2 ** 20;

/**
 * Opens the sockets of the workers at one address: one for each, and for `::` one of each family, because a socket of its own
 * serves IPv4 faster and knows the local address of a broadcast. Throws the errors of `network.udp`.
 */
export function openServerSockets(
  native: Native,
  at: ServerAddress,
  workers: number,
  wishes: ServerSocketWishes = {},
): WorkerSockets {
  const families = new Families(native, workers, wishes);
  try {
    if (at.address !== '::') families.open({ ...at });
    else families.openBoth(at);
  } catch (error) {
    families.close();
    const isOver = succeeds(() => openServerSockets(native, at, workers, wishes).close());
    throw error instanceof TypeError ? error : openError(error, at, undefined, isOver);
  }
  return {
    local: families.local(),
    of: (worker) => families.groups.map((sockets) => sockets[worker]!),
    senders: (worker) => families.senders.map((sockets) => sockets[worker]!),
    nextPorts: families.nextPorts,
    close: () => families.close(),
  };
}

class Families {
  /** For each family the sockets of the workers. */
  readonly groups: number[][] = [];
  /** For each family the sockets from which the workers' replies leave, if those have transmit stamps. */
  readonly senders: number[][] = [];
  /** For each family the socket of the next port, which all workers use. */
  readonly nextPorts: number[] = [];
  readonly #native: Native;
  readonly #workers: number;
  readonly #wishes: ServerSocketWishes;

  constructor(native: Native, workers: number, wishes: ServerSocketWishes) {
    this.#native = native;
    this.#workers = workers;
    this.#wishes = wishes;
  }

  /** Opens the group of one family. Returns its port. */
  open(at: NativeServerSocketOptions): number {
    const native = this.#native;
    const { transmitStamps = false, nextPort = false } = this.#wishes;
    const options = { ...at, receiveBuffer: RECEIVE_BUFFER_OCTETS };
    const sockets = [native.openServerSocket(options)];
    this.groups.push(sockets);
    const { port } = native.serverSocketAddress(sockets[0]!);
    while (sockets.length < this.#workers) sockets.push(native.openServerSocket({ ...options, port, join: true }));
    if (transmitStamps) this.#openSenders({ ...options, port });
    // The kernel chooses among the first ones, so not among the senders.
    if (sockets.length > 1 || transmitStamps) native.steerByClient(sockets[0]!, sockets.length);
    if (nextPort) this.nextPorts.push(native.openServerSocket({ ...at, port: port + 1, deaf: true }));
    return port;
  }

  #openSenders(options: NativeServerSocketOptions): void {
    const senders: number[] = [];
    this.senders.push(senders);
    const wishes = { join: true, deaf: true, transmitStamps: true };
    while (senders.length < this.#workers) senders.push(this.#native.openServerSocket({ ...options, ...wishes }));
  }

  /** A kernel booted without IPv6 has only IPv4. */
  openBoth({ port, ...at }: ServerAddress): void {
    let chosen = port;
    try {
      chosen = this.open({ ...at, port, v6Only: true });
    } catch (error) {
      if (errorName(error) !== 'EAFNOSUPPORT') throw error;
    }
    this.open({ ...at, address: '0.0.0.0', port: chosen });
  }

  local(): Endpoint {
    return this.#native.serverSocketAddress(this.groups[0]![0]!);
  }

  close(): void {
    for (const socket of [...this.groups.flat(), ...this.senders.flat(), ...this.nextPorts])
      this.#native.closeServerSocket(socket);
  }
}
