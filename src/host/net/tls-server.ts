import { constants } from 'node:crypto';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import {
  type Endpoint,
  HubError,
  type TlsConnection,
  type TlsIdentity,
  type TlsRefusal,
  type TlsServer,
  type TlsServerOptions,
} from '../../api/index.js';
import { inContext } from '../handler.js';
import { because, errorName, formatEndpoint } from './net-error.js';
import { OpenTls } from './tls-connection.js';

/** Listens. Each client that is admitted gets a handshake of TLS 1.3; slow or silent ones are closed. */
export function listenTls(options: TlsServerOptions): Promise<TlsServer> {
  const { address, port, protocol, handshakeNs, connections, admits } = options;
  return new Promise((resolve, reject) => {
    let identity = secureContext(options.identity);
    const open = new Set<Socket>();
    let onConnection: ((connection: TlsConnection) => void) | undefined;
    let onRefused: ((why: TlsRefusal, from: Endpoint) => void) | undefined;
    const server = createTcpServer({ noDelay: true }, (socket) => {
      const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      socket.on('error', () => {});
      const refusal = open.size >= connections ? 'full' : admits(from) ? undefined : 'not-admitted';
      if (refusal !== undefined || onConnection === undefined) {
        socket.destroy();
        if (refusal !== undefined) onRefused?.(refusal, from);
        return;
      }
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: identity,
        ALPNProtocols: [protocol],
      });
      const fail = (): void => {
        clearTimeout(timer);
        secure.destroy();
        socket.destroy();
      };
      let done = false;
      const refuse = (): void => {
        if (done) return;
        done = true;
        fail();
        onRefused?.('handshake', from);
      };
      const timer = setTimeout(refuse, Math.max(1, handshakeNs / 1e6));
      secure.once('error', refuse);
      secure.once('close', refuse);
      secure.once('secure', () => {
        if (done) return;
        if (secure.alpnProtocol !== protocol) {
          refuse();
          return;
        }
        done = true;
        clearTimeout(timer);
        onConnection?.(new OpenTls(secure));
      });
    });
    server.once('error', (error) => reject(listenError(error, { address, port })));
    server.listen({ host: address, port, ipv6Only: false }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      const bound = server.address() as { readonly address: string; readonly port: number };
      resolve({
        local: { address: bound.address, port: bound.port },
        onConnection: (handler) => {
          onConnection = inContext(handler);
        },
        onRefused: (handler) => {
          onRefused = inContext(handler);
        },
        use: (next) => {
          identity = secureContext(next);
        },
        close: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}

/** Throws `TH_NET_CERTIFICATE`. */
function secureContext({ certificate, key }: TlsIdentity): SecureContext {
  try {
    return createSecureContext({
      cert: certificate,
      key,
      minVersion: 'TLSv1.3',
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
  } catch (cause) {
    throw new HubError('TH_NET_CERTIFICATE', `the own certificate and its key cannot be used: ${because(cause)}`, {
      cause,
      hint: 'the certificate must be a chain in PEM, the server first, and the key must be its own',
    });
  }
}

function listenError(cause: Error, at: Endpoint): HubError {
  const where = formatEndpoint(at);
  switch (errorName(cause)) {
    case 'EADDRINUSE':
      return new HubError('TH_NET_PORT_BUSY', `TCP port ${where} is in use by another program`, {
        cause,
        hint: `find it with "ss -tlpn 'sport = ${at.port}'", then stop that program or choose another port`,
      });
    case 'EACCES':
      return new HubError('TH_NET_PORT_PRIVILEGE', `TCP port ${where} needs a privilege this process does not have`, {
        cause,
      });
    case 'EADDRNOTAVAIL':
      return new HubError('TH_NET_ADDRESS', `${at.address} is not an address of this machine`, { cause });
    default:
      return new HubError('TH_NET_OPEN', `cannot listen at TCP port ${where}: ${because(cause)}`, { cause });
  }
}
