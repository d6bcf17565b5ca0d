import type { ListenOptions, Server } from 'node:net';
import { HubError } from 'timehub/api';
import { type Address, formatAddress } from './address.js';
import type { HttpServer } from './http-server.js';
import { makeSocketFolder, prepareSocket } from './socket-file.js';

/** An open way in: the Unix socket or the TCP port. */
export interface Door {
  /** As the operator would type it. */
  readonly where: string;
  close(): Promise<void>;
}

/** Serves at a Unix socket, mode 0660. Throws `TH_NET_SOCKET`. */
export async function openSocket(path: string, http: HttpServer): Promise<Door> {
  makeSocketFolder(path);
  await prepareSocket(path);
  // The mode must be right from the first moment on: bind(2) obeys the umask, a later chmod(2) leaves a gap.
  const umask = process.umask(0o117);
  const listening = listen(http.listener, { path });
  process.umask(umask);
  await listening.catch((cause: NodeJS.ErrnoException) => {
    throw new HubError('TH_NET_SOCKET', `the control socket ${path} cannot be made: ${cause.message}`, { cause });
  });
  return { where: path, close: () => http.close() };
}

/** Serves at a TCP port. Throws `TH_NET_PORT_BUSY`, `TH_NET_PORT_PRIVILEGE`, `TH_NET_ADDRESS`, `TH_NET_OPEN`. */
export async function openPort(address: Address, http: HttpServer): Promise<Door> {
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

function portError(address: Address, cause: NodeJS.ErrnoException): HubError {
  const where = formatAddress(address);
  switch (cause.code) {
    case 'EADDRINUSE':
      return new HubError('TH_NET_PORT_BUSY', `TCP port ${where} is in use by another program`, {
        cause,
        hint: `see who has it with "ss -ltnp 'sport = ${address.port}'", stop that program or choose another "listen"`,
      });
    case 'EACCES':
      return new HubError('TH_NET_PORT_PRIVILEGE', `TCP port ${where} needs a privilege this process does not have`, {
        cause,
        hint: 'ports below 1024 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), or choose a higher port',
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new HubError('TH_NET_ADDRESS', `${address.host} is no address of this machine`, {
        cause,
        hint: 'the own addresses are listed by "ip address"',
      });
    default:
      return new HubError('TH_NET_OPEN', `cannot listen at TCP port ${where}: ${cause.message}`, { cause });
  }
}
