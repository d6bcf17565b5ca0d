import type { Attack } from '../attack.js';
import { hold } from './connections.js';

const CLIENTS = 40;

/** Holds silent clients at the control socket. */
export const controlSocket: Attack = {
  name: 'idle clients at the control socket',
  from: 'hub',
  atLeast: 1,
  begin({ controlSocket }) {
    let opened = 0;
    hold(
      CLIENTS,
      (socket) => {
        opened++;
        socket.resume();
      },
      controlSocket,
    );
    return () => opened;
  },
};
