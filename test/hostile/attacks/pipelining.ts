import type { Socket } from 'node:net';
import type { Attack } from '../attack.js';
import { get, hold } from './connections.js';

const PATHS = ['/v1/why', '/uplot.js', '/v1/snapshot', '/metrics'];
const REQUESTS_A_WRITE = 100;

/** Sends requests in sequence, without waiting for answers or reading them (RFC 9112 §9.3.2). */
export const pipelining = (connections: number): Attack => ({
  name: `pipelining on ${connections === 1 ? '1 connection' : `${connections} connections`}`,
  atLeast: 100,
  begin() {
    let requests = 0;
    let opened = 0;
    hold(connections, (socket) => {
      // A single connection asks for all paths in turn; each of several asks for one path.
      const path = PATHS[opened++ % PATHS.length]!;
      const paths = connections === 1 ? PATHS : [path];
      const chunk = Buffer.from(
        Array.from({ length: REQUESTS_A_WRITE }, (_, n) => get(paths[n % paths.length]!)).join(''),
      );
      pour(socket, chunk, () => {
        requests += REQUESTS_A_WRITE;
      });
    });
    return () => requests;
  },
});

/** Writes the chunk again and again until the connection ends. Calls `written` each time that the system has taken it. */
function pour(socket: Socket, chunk: Uint8Array, written: () => void): void {
  socket.write(chunk, (error) => {
    if (error != null) return;
    written();
    setImmediate(() => pour(socket, chunk, written));
  });
}
