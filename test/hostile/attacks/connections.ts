import { connect, type Socket } from 'node:net';
import { ATTACKER_ADDRESSES, DASHBOARD_PORT, HUB_ADDRESS } from '../addresses.js';

const RETRY_MS = 100;

/** An HTTP request as a browser on this machine sends it. The port refuses other host names. */
export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

let opened = 0;

/** Connects to the dashboard's port, from each address in turn, or to the Unix socket `path`. Ignores errors. */
export function open(path?: string): Socket {
  const localAddress = ATTACKER_ADDRESSES[opened++ % ATTACKER_ADDRESSES.length]!;
  const socket =
    path === undefined ? connect({ host: HUB_ADDRESS, port: DASHBOARD_PORT, localAddress }) : connect(path);
  return socket.on('error', () => socket.destroy());
}

/** Holds `count` connections. Calls `use` for each when it is open, and replaces each that was closed. */
export function hold(count: number, use: (socket: Socket) => void, path?: string): void {
  for (let n = 0; n < count; n++) occupy(use, path);
}

function occupy(use: (socket: Socket) => void, path: string | undefined): void {
  const socket = open(path);
  socket.on('connect', () => use(socket));
  socket.on('close', () => setTimeout(() => occupy(use, path), RETRY_MS));
}
