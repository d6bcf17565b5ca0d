import type { Attack } from '../attack.js';
import { get, hold } from './connections.js';

const STREAMS = 40;

/** Takes all event streams, half of them with clients that never read. */
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
