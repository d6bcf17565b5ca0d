import { createServer, type RequestListener, type Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { HubError } from 'timehub/api';
import { type Address, formatAddress } from './address.js';
import { type AllowedHosts, refuse } from './guard.js';
import { makeSocketFolder, prepareSocket } from './socket-file.js';

/** An open way in: the Unix socket or the TCP port. */
export interface Door {
  /** As the operator would type it. */
  readonly where: string;
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly listener: RequestListener;
  readonly maxConnections: number;
}

/** Serves at a Unix socket, mode 0660. Throws `TH_NET_SOCKET`. */
export async function openSocket(path: string, options: DoorOptions): Promise<Door> {
  makeSocketFolder(path);
  await prepareSocket(path);
  const server = createDoor(options, 'any');
  // The mode must be right from the first moment on: bind(2) obeys the umask, a later chmod(2) leaves a gap.
  const umask = process.umask(0o117);
  const listening = listen(server, { path });
  process.umask(umask);
  await listening.catch((cause: NodeJS.ErrnoException) => {
    throw new HubError('TH_NET_SOCKET', `the control socket ${path} cannot be made: ${cause.message}`, { cause });
  });
  return { where: path, close: () => close(server) };
}

/** Serves at a TCP port. Throws `TH_NET_PORT_BUSY`, `TH_NET_PORT_PRIVILEGE`, `TH_NET_ADDRESS`, `TH_NET_OPEN`. */
export async function openPort(address: Address, hosts: AllowedHosts, options: DoorOptions): Promise<Door> {
  const server = createDoor(options, hosts);
  await listen(server, { ...address }).catch((cause: NodeJS.ErrnoException) => {
    throw portError(address, cause);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { where: `http://${formatAddress({ ...address, port })}/`, close: () => close(server) };
}

function createDoor({ listener, maxConnections }: DoorOptions, hosts: AllowedHosts): Server {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      if (!refuse(request, response, hosts)) listener(request, response);
    },
  );
  server.maxConnections = maxConnections;
  // An event stream says something each second, so that half a minute of silence is a peer that has gone.
  server.timeout = 30_000;
  // Without this, node asks the client to send its body.
  server.on('checkContinue', (request, response) => refuse(request, response, hosts) || response.writeHead(417).end());
  return server;
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
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
