import type { Attack } from '../attack.js';
import { open } from './connections.js';

const PER_SECOND = 1000;
const TICK_MS = 10;

/** Opens connections and closes them at once, half of them by a reset. */
export const churn: Attack = {
  name: 'connects and disconnects',
  atLeast: PER_SECOND / 4,
  // The hub refuses connections beyond their share of CPU time as soon as it knows their address.
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
