import type { PdelayResponder, PdelayResponderOptions } from '../api/index.js';
import { grantStamps } from './hardware-stamps.js';
import type { Native } from './native.js';
import { openError } from './net-error.js';

/** A responder on a thread of the addon's. Throws `TH_NET_OPEN` and its kin, `TH_NET_HWTSTAMP_*`. */
export function openPdelayResponder(native: Native, options: PdelayResponderOptions): PdelayResponder {
  const { socket, group, ...answers } = options;
  const grant = grantStamps(native, socket, socket.over === 'ethernet' ? 'l2' : 'l4');
  const stamped = { ...socket, transmitStamps: true };
  try {
    const id =
      stamped.over === 'ethernet'
        ? native.answerPdelayOverEthernet(stamped, group, answers)
        : native.answerPdelayOverUdp(stamped, group, answers);
    return {
      counts: () => native.readPdelay(id),
      close() {
        native.closePdelay(id);
        grant?.release();
      },
    };
  } catch (error) {
    grant?.release();
    throw error instanceof TypeError ? error : openError(error, { address: group, port: 0 }, undefined);
  }
}
