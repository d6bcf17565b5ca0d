import type { PdelayCounts, PdelayResponder, PdelayResponderOptions } from '../../api/index.js';
import type { Native } from '../native.js';
import { grantStamps, type StampGrant } from './hardware-stamps.js';
import { openError } from './net-error.js';

/** Opens a Pdelay responder on a thread of the addon. Throws `TH_NET_*` as `openUdp` and `openEthernet` do. */
export function openPdelayResponder(native: Native, options: PdelayResponderOptions): PdelayResponder {
  const { socket, group, ...answers } = options;
  const grant = grantStamps(native, socket, socket.over === 'ethernet' ? 'l2' : 'l4');
  const stamped = { ...socket, transmitStamps: true };
  try {
    const id =
      stamped.over === 'ethernet'
        ? native.answerPdelayOverEthernet(stamped, group, answers)
        : native.answerPdelayOverUdp(stamped, group, answers);
    return new ThreadedResponder(native, id, grant);
  } catch (error) {
    grant?.release();
    throw error instanceof TypeError ? error : openError(error, { address: group, port: 0 }, undefined);
  }
}

class ThreadedResponder implements PdelayResponder {
  readonly #native: Native;
  readonly #id: number;
  readonly #grant: StampGrant | undefined;
  /** Final counters, once the responder is closed. */
  #last: PdelayCounts | undefined;

  constructor(native: Native, id: number, grant: StampGrant | undefined) {
    this.#native = native;
    this.#id = id;
    this.#grant = grant;
  }

  counts(): PdelayCounts {
    return this.#last ?? this.#native.readPdelay(this.#id);
  }

  close(): void {
    if (this.#last !== undefined) return;
    this.#last = this.counts();
    this.#native.closePdelay(this.#id);
    this.#grant?.release();
  }
}
