import type { ListenOptions, Server } from 'node:net';
import { HubError } from 'timehub/api';
import type { HttpServer } from './http-server.js';
import { formatAddress, type ListenAddress } from './listen-address.js';
import { makeSocketFolder, prepareSocket } from './socket-file.js';

/** An open Unix socket or TCP port. */
export interface OpenListener {
  /** The path or the URL, as an operator types it. */
  readonly where: string;
  close(): Promise<void>;
}

/** Listens at a Unix socket, mode 0660. Throws `TH_NET_SOCKET`. */
export async function openSocket(path: string, http: HttpServer): Promise<OpenListener> {
  makeSocketFolder(path);
  await prepareSocket(path);
  // bind(2) applies the umask. A chmod(2) after it would leave the socket open to all users for a moment.
  const umask = process.umask(0o117);
  const listening = listen(http.listener, { path });
  process.umask(umask);
  await listening.catch((cause: NodeJS.ErrnoException) => {
    throw new HubError('TH_NET_SOCKET', `the control socket ${path} cannot be made: ${cause.message}`, { cause });
  });
  return { where: path, close: () => http.close() };
}

/** Listens at a TCP port. Throws `TH_NET_PORT_BUSY`, `TH_NET_PORT_PRIVILEGE`, `TH_NET_ADDRESS`, `TH_NET_OPEN`. */
export async function openPort(address: ListenAddress, http: HttpServer): Promise<OpenListener> {
  await listen(http.listener, { ...address }).catch((cause: NodeJS.ErrnoException) => {
    throw portError(address, cause);
  });
  const bound = http.listener.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { where: `http://${formatAddress({ ...address, port })}/`, close: () => http.close() };
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portError(address: ListenAddress, cause: NodeJS.ErrnoException): HubError {
  const where = formatAddress(address);
  switch (cause.code) {
    case 'EADDRINUSE':
      return new HubError('TH_NET_PORT_BUSY', `TCP port ${where} is in use by another program`, {
        cause,
        hint: `find it with "ss -ltnp 'sport = ${address.port}'", then stop that program or choose another "listen"`,
      });
    case 'EACCES':
      return new HubError('TH_NET_PORT_PRIVILEGE', `TCP port ${where} needs a privilege this process does not have`, {
        cause,
        hint: 'ports below 1024 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), or choose a higher port',
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new HubError('TH_NET_ADDRESS', `${address.host} is not an address of this machine`, {
        cause,
        hint: '"ip address" lists the addresses of this machine',
      });
    default:
      return new HubError('TH_NET_OPEN', `cannot listen at TCP port ${where}: ${cause.message}`, { cause });
  }
}
