import { type Endpoint, HubError, type Ns, type TcpConnection } from '../../api/index.js';
import type { Scheduler } from '../scheduler.js';

export type Accept = (connection: TcpConnection) => void;

export interface TcpListener {
  close(): void;
}

/** The delays to a peer and back. A stream keeps its order, so only base delays count. */
export interface Route {
  readonly thereNs: Ns;
  readonly backNs: Ns;
  /** Returns the present listener at the peer. */
  readonly listener: () => Accept | undefined;
}

/** Opens a pair of connected ends. Rejects with `TH_NET_CONNECT` when no program listens or there is no route. */
export function connect(
  scheduler: Scheduler,
  to: Endpoint,
  route: Route | undefined,
  timeoutNs: Ns,
): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new HubError('TH_NET_CONNECT', `${to.address}:${to.port} ${reason}`));
    if (route === undefined || route.thereNs + route.backNs > timeoutNs) {
      scheduler.at(scheduler.nowNs + timeoutNs, () => fail('does not answer'));
      return;
    }
    scheduler.at(scheduler.nowNs + route.thereNs + route.backNs, () => {
      const accept = route.listener();
      if (accept === undefined) return fail('refused the connection');
      const near = new End(scheduler, route.thereNs);
      const far = new End(scheduler, route.backNs);
      near.peer = far;
      far.peer = near;
      accept(far);
      resolve(near);
    });
  });
}

class End implements TcpConnection {
  peer: End | undefined;
  readonly #scheduler: Scheduler;
  readonly #delayNs: Ns;
  readonly #onData: ((chunk: Uint8Array) => void)[] = [];
  readonly #onClose: ((error?: Error) => void)[] = [];
  readonly #early: Uint8Array[] = [];
  #closed = false;
  #paused = false;

  constructor(scheduler: Scheduler, delayNs: Ns) {
    this.#scheduler = scheduler;
    this.#delayNs = delayNs;
  }

  write(text: string): void {
    if (!this.#closed) this.#later((peer) => peer.#take(new TextEncoder().encode(text)));
  }

  onData(handler: (chunk: Uint8Array) => void): void {
    this.#onData.push(handler);
    this.#takeEarly();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#takeEarly();
  }

  onClose(handler: (error?: Error) => void): void {
    this.#onClose.push(handler);
  }

  close(): void {
    if (this.#closed) return;
    this.#later((peer) => peer.#end(new HubError('TH_NET_CLOSED', 'the other side closed the connection')));
    this.#end();
  }

  #later(work: (peer: End) => void): void {
    const scheduler = this.#scheduler;
    scheduler.at(scheduler.nowNs + this.#delayNs, () => this.peer !== undefined && work(this.peer));
  }

  #takeEarly(): void {
    const chunks = this.#early.splice(0);
    for (const [at, chunk] of chunks.entries()) {
      if (this.#paused) {
        this.#early.unshift(...chunks.slice(at));
        return;
      }
      this.#take(chunk);
    }
  }

  #take(chunk: Uint8Array): void {
    if (this.#closed) return;
    if (this.#onData.length === 0 || this.#paused) {
      this.#early.push(chunk);
      return;
    }
    for (const handler of this.#onData) handler(chunk);
  }

  #end(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const handler of this.#onClose) handler(error);
  }
}
