import type { Attack } from '../attack.js';
import { get, hold } from './connections.js';

const STREAMS = 40;

/** All event streams are taken, half of them by clients that never read. */
export const eventStreams: Attack = {
  name: 'all event streams taken',
  atLeast: 1,
  begin() {
    let asked = 0;
    hold(STREAMS, (socket) => {
      if (asked++ % 2 === 0) socket.resume();
      socket.write(get('/v1/events'));
    });
    return () => asked;
  },
};
