import type { Stamp, StampClass } from '../../api/index.js';
import type { Random } from '../random.js';
import type { Scheduler } from '../scheduler.js';

export interface Transmission {
  readonly stamps: StampClass;
  readonly stamp: (by: StampClass) => Stamp;
  readonly transmitStamps: boolean;
  readonly scheduler: Scheduler;
  /** Returns true if the next transmit stamp is lost. Default: none is. */
  readonly losesStamp?: () => boolean;
}

/** Numbers the packets of a simulated socket and reports their transmit stamps. */
export class Transmitter {
  readonly #transmission: Transmission;
  readonly #onSent: ((id: number, sent: Stamp) => void)[] = [];
  #next = 0;
  #closed = false;

  constructor(transmission: Transmission) {
    this.#transmission = transmission;
  }

  send(carry: () => void): { readonly id: number; readonly before: Stamp } {
    const { scheduler, stamp, stamps, transmitStamps, losesStamp } = this.#transmission;
    const id = this.#next++;
    const before = stamp('user');
    carry();
    if (transmitStamps && stamps !== 'user' && losesStamp?.() !== true) {
      const sent = stamp(stamps);
      scheduler.at(scheduler.nowNs, () => this.#report(id, sent));
    }
    return { id, before };
  }

  onSent(handler: (id: number, sent: Stamp) => void): void {
    this.#onSent.push(handler);
  }

  close(): void {
    this.#closed = true;
  }

  #report(id: number, sent: Stamp): void {
    if (this.#closed) return;
    for (const handler of this.#onSent) handler(id, sent);
  }
}

export const losesStamp = (port: { readonly stampLoss: number; readonly random: Random }) => (): boolean =>
  port.stampLoss > 0 && port.random.uniform() < port.stampLoss;
