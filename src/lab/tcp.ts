import { type Endpoint, HubError, type Ns, type TcpConnection } from '../api/index.js';
import type { Fabric, LabNode } from './fabric.js';

export type Accept = (connection: TcpConnection) => void;

export interface Listener {
  close(): void;
}

/** Opens a pair of connected ends. Rejects with `TH_NET_CONNECT` when nobody listens or the other machine is not there. */
export function connect(fabric: Fabric, from: LabNode, to: Endpoint, timeoutNs: Ns): Promise<TcpConnection> {
  const { scheduler } = fabric;
  const peer = fabric.node(to.address, from);
  const roundTripNs = peer && baseDelayNs(from, peer) + baseDelayNs(peer, from);
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new HubError('TH_NET_CONNECT', `${to.address}:${to.port} ${reason}`));
    if (peer === undefined || roundTripNs === undefined || roundTripNs > timeoutNs) {
      scheduler.at(scheduler.nowNs + timeoutNs, () => fail('does not answer'));
      return;
    }
    scheduler.at(scheduler.nowNs + roundTripNs, () => {
      const accept = peer.listener(to.port);
      if (accept === undefined) return fail('refused the connection');
      const near = new End(fabric, baseDelayNs(from, peer));
      const far = new End(fabric, baseDelayNs(peer, from));
      near.peer = far;
      far.peer = near;
      accept(far);
      resolve(near);
    });
  });
}

/** A stream is in order, so that its ends are apart by the base delays alone. */
const baseDelayNs = (from: LabNode, to: LabNode): Ns => (from === to ? 0 : from.from.baseNs + to.towards.baseNs);

class End implements TcpConnection {
  peer: End | undefined;
  readonly #fabric: Fabric;
  readonly #delayNs: Ns;
  readonly #onData: ((chunk: Uint8Array) => void)[] = [];
  readonly #onClose: ((error?: Error) => void)[] = [];
  readonly #early: Uint8Array[] = [];
  #closed = false;

  constructor(fabric: Fabric, delayNs: Ns) {
    this.#fabric = fabric;
    this.#delayNs = delayNs;
  }

  write(text: string): void {
    if (!this.#closed) this.#later((peer) => peer.#take(new TextEncoder().encode(text)));
  }

  onData(handler: (chunk: Uint8Array) => void): void {
    this.#onData.push(handler);
    for (const chunk of this.#early.splice(0)) this.#take(chunk);
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
    const { scheduler } = this.#fabric;
    scheduler.at(scheduler.nowNs + this.#delayNs, () => this.peer !== undefined && work(this.peer));
  }

  #take(chunk: Uint8Array): void {
    if (this.#closed) return;
    if (this.#onData.length === 0) this.#early.push(chunk);
    for (const handler of this.#onData) handler(chunk);
  }

  #end(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const handler of this.#onClose) handler(error);
  }
}
