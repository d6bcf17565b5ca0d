import type { Attack } from '../attack.js';
import { open } from './connections.js';

const PER_SECOND = 1000;
const TICK_MS = 10;

/** Connections that are closed once they are open, half of them by a reset. */
export const churn: Attack = {
  name: 'connects and disconnects',
  atLeast: PER_SECOND / 4,
  // Connections beyond their share of CPU time are refused when only their address is known.
  leastPages: 0.2,
  begin() {
    let opened = 0;
    setInterval(() => {
      for (let n = 0; n < (PER_SECOND * TICK_MS) / 1000; n++) {
        const socket = open();
        socket.on('connect', () => (opened++ % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()));
      }
    }, TICK_MS);
    return () => opened;
  },
};
