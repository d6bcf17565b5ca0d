import { HubError, type UnixDatagram, type UnixDatagramOptions, type UnixDatagramSocket } from '../../api/index.js';
import type { Scheduler } from '../scheduler.js';

/** The socket files of one simulated machine. */
export class LabUnixSockets {
  readonly #scheduler: Scheduler;
  readonly #open = new Map<string, (datagram: UnixDatagram) => void>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  open({ path }: UnixDatagramOptions): UnixDatagramSocket {
    return path === undefined ? this.#sender() : this.#bound(path);
  }

  /** Returns a socket without a file, from which nothing comes back. */
  #sender(): UnixDatagramSocket {
    let isOpen = true;
    return {
      path: '',
      send: (payload, to) => {
        if (!isOpen) throw new HubError('TH_NET_SEND', 'the socket is closed');
        this.#deliver(payload, '', to);
      },
      onDatagram: () => undefined,
      close: () => {
        isOpen = false;
      },
    };
  }

  #bound(path: string): UnixDatagramSocket {
    if (this.#open.has(path)) throw new HubError('TH_NET_UNIX_BUSY', `${path} is in use`);
    const handlers: ((datagram: UnixDatagram) => void)[] = [];
    const hear = (datagram: UnixDatagram): void => {
      for (const handler of handlers) handler(datagram);
    };
    this.#open.set(path, hear);
    return {
      path,
      send: (payload, to) => this.#send(payload, path, to),
      onDatagram: (handler) => void handlers.push(handler),
      close: () => {
        if (this.#open.get(path) === hear) this.#open.delete(path);
      },
    };
  }

  #send(payload: Uint8Array, from: string, to: string): void {
    if (!this.#open.has(from)) throw new HubError('TH_NET_SEND', 'the socket is closed');
    this.#deliver(payload, from, to);
  }

  #deliver(payload: Uint8Array, from: string, to: string): void {
    const hear = this.#open.get(to);
    if (hear === undefined) throw new HubError('TH_NET_SEND', `no program listens at ${to}`);
    const datagram = { payload: payload.slice(), from };
    this.#scheduler.at(this.#scheduler.nowNs, () => this.#open.get(to) === hear && hear(datagram));
  }
}
