import { getSystemErrorName } from 'node:util';
import { type Endpoint, HubError } from '../../api/index.js';
import { addonRemedy } from '../addon.js';

/** Returns the system's name (`EADDRINUSE`) of an error of Node or the addon; `''` if it is no system error. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errno' in error && typeof error.errno === 'number' ? nameOf(error.errno) : '';
}

/** Returns the name of an error number: `ECONNREFUSED` for 111. */
export const nameOf = (errno: number): string => (errno === 0 ? 'unknown' : getSystemErrorName(-Math.abs(errno)));

/** Formats an endpoint: `192.0.2.1:123`, `[2001:db8::1]:123`. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no program listens there',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'there is no route to that network',
  EHOSTDOWN: 'the host is down',
  ETIMEDOUT: 'it did not answer in time',
  EACCES: 'the system forbids it',
  EPERM: 'the system forbids it (a firewall rule?)',
  EMSGSIZE: 'the datagram is too long for the path',
  EINVAL: 'the system does not accept that address',
  EAGAIN: 'the send queue is full',
  ENOBUFS: 'the send queue is full',
  EDESTADDRREQ: 'the socket has no peer and no destination was given',
  EAFNOSUPPORT: 'the socket is of the other address family',
  ENETDOWN: 'the interface is down',
  ENXIO: 'the interface is gone',
  ENOENT: 'there is no such file or folder',
  ECONNRESET: 'the peer closed the connection',
};

/** Returns the sentence for an error name: `no program listens there (ECONNREFUSED)`. */
export const explain = (name: string): string =>
  SENTENCES[name] === undefined ? name : `${SENTENCES[name]} (${name})`;

/** Returns the reason for an error in words, with the system's name. */
export function because(error: unknown): string {
  const name = errorName(error);
  if (name !== '') return explain(name);
  return error instanceof Error ? error.message : String(error);
}

type IsOver = (() => boolean) | undefined;

/** Returns the error of a UDP socket that could not be opened at `local` or connected to `peer`. `isOver` tries again. */
export function openError(error: unknown, local: Endpoint, peer: Endpoint | undefined, isOver?: IsOver): HubError {
  if (peer !== undefined && error instanceof Error && error.message.startsWith('connect')) {
    return new HubError('TH_NET_CONNECT', `cannot send to ${formatEndpoint(peer)}: ${because(error)}`, {
      cause: error,
      isOver,
    });
  }
  const where = formatEndpoint(local);
  switch (errorName(error)) {
    case 'EADDRINUSE':
      return new HubError('TH_NET_PORT_BUSY', `UDP port ${where} is in use by another program`, {
        cause: error,
        isOver,
        hint: `find it with "ss -ulpn 'sport = ${local.port}'", then stop that program or choose another port`,
      });
    case 'EACCES':
      return new HubError('TH_NET_PORT_PRIVILEGE', `UDP port ${where} needs a privilege this process does not have`, {
        cause: error,
        hint: 'ports below 1024 need CAP_NET_BIND_SERVICE (systemd: AmbientCapabilities=), or choose a higher port',
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENODEV':
      return noOwnAddress(local.address, error, isOver);
    default:
      return new HubError('TH_NET_OPEN', `cannot open a UDP socket at ${where}: ${because(error)}`, {
        cause: error,
        isOver,
      });
  }
}

export const noOwnAddress = (address: string, cause?: unknown, isOver?: IsOver): HubError =>
  new HubError('TH_NET_ADDRESS', `${address} is not an address of this machine`, {
    cause,
    isOver,
    hint: '"ip address" lists the addresses of this machine',
  });

export const noInterface = (name: string, cause?: unknown, isOver?: IsOver): HubError =>
  new HubError('TH_NET_INTERFACE', `this machine has no network interface "${name}"`, {
    cause,
    isOver,
    hint: '"ip link" lists the interfaces',
  });

export const noAddon = (what: string): HubError =>
  new HubError('TH_NET_NO_ADDON', `${what} needs the native addon, which is not built`, {
    hint: addonRemedy(),
  });

export function sendError(error: unknown, to: Endpoint | string | undefined): HubError {
  const where = to === undefined ? '' : ` to ${typeof to === 'string' ? to : formatEndpoint(to)}`;
  return new HubError('TH_NET_SEND', `cannot send${where}: ${because(error)}`, { cause: error });
}

/** Returns a function that is true once `attempt` does not throw. */
export const succeeds =
  (attempt: () => unknown): (() => boolean) =>
  () => {
    try {
      attempt();
      return true;
    } catch {
      return false;
    }
  };
