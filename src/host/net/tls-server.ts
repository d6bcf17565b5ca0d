import { constants } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
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
import { handshakeFault } from './tls-errors.js';

/** The suites of TLS 1.3. The first one has the cheapest key schedule: a tenth of a handshake less than the second, which is Node's. */
const CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
/** Clients that the kernel keeps until they are accepted: those of a burst. */
const BACKLOG = 1024;
/** Age from which on a connection gives way to a new one when all places are taken, ms. */
const GIVES_WAY_MS = 500;

type OnConnection = (connection: TlsConnection) => void;
type OnRefused = (why: TlsRefusal, from: Endpoint, reason: string) => void;

/** Listens. Each client that is admitted gets a handshake of TLS 1.3; slow or silent ones are closed. */
export function listenTls(options: TlsServerOptions): Promise<TlsServer> {
  const { address, port } = options;
  return new Promise((resolve, reject) => {
    const clients = new TlsClients(options);
    const server = createServer({ noDelay: true }, (socket) => clients.take(socket));
    server.once('error', (error) => reject(listenError(error, { address, port })));
    server.listen({ host: address, port, ipv6Only: false, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      const bound = server.address() as { readonly address: string; readonly port: number };
      resolve({
        local: { address: bound.address, port: bound.port },
        onConnection: (handler) => {
          clients.onConnection = inContext(handler);
        },
        onRefused: (handler) => {
          clients.onRefused = inContext(handler);
        },
        use: (identity) => clients.use(identity),
        close: () => {
          server.close();
          clients.close();
        },
      });
    });
  });
}

/** The connections of a server. */
class TlsClients {
  onConnection: OnConnection | undefined;
  onRefused: OnRefused | undefined;
  readonly #options: TlsServerOptions;
  /** The list of protocols as the handshake has it (RFC 7301 §3.1), so that it is not made for each client. */
  readonly #protocols: Buffer;
  #context: SecureContext;
  #asksClients: boolean;
  /** The oldest one first, with the time of its arrival, ms, and what ends it. */
  readonly #open = new Map<Socket, { readonly since: number; end: () => void }>();

  /** Throws `TH_NET_CERTIFICATE`. */
  constructor(options: TlsServerOptions) {
    this.#options = options;
    const { protocol } = options;
    this.#protocols = Buffer.from(String.fromCharCode(protocol.length) + protocol, 'latin1');
    this.#context = secureContext(options.identity);
    this.#asksClients = options.identity.clientAuthorities !== undefined;
  }

  use(identity: TlsIdentity): void {
    this.#context = secureContext(identity);
    this.#asksClients = identity.clientAuthorities !== undefined;
  }

  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  take(socket: Socket): void {
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    socket.on('error', () => {});
    if (this.onConnection === undefined) {
      socket.destroy();
      return;
    }
    const refusal = !this.#options.admits(from) ? 'not-admitted' : this.#makeRoom() ? undefined : 'full';
    if (refusal !== undefined) {
      socket.destroy();
      this.onRefused?.(refusal, from, refusal === 'full' ? 'too many connections are open' : 'it is not admitted');
      return;
    }
    const place = { since: performance.now(), end: () => {} };
    this.#open.set(socket, place);
    socket.once('close', () => this.#open.delete(socket));
    this.#shake(socket, from, place);
  }

  /** Returns false if there is no place for a further connection. */
  #makeRoom(): boolean {
    if (this.#open.size < this.#options.connections) return true;
    const [oldest] = this.#open;
    if (oldest === undefined || performance.now() - oldest[1].since < GIVES_WAY_MS) return false;
    this.#open.delete(oldest[0]);
    oldest[1].end();
    return true;
  }

  #shake(socket: Socket, from: Endpoint, place: { end: () => void }): void {
    const { protocol, handshakeNs } = this.#options;
    const requestCert = this.#asksClients;
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#context,
      ALPNProtocols: this.#protocols,
      requestCert,
      // Clients without a certificate that is trusted are clients as others are.
      rejectUnauthorized: false,
    });
    let done = false;
    const refuse = (why: TlsRefusal, reason: string): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      secure.destroy();
      socket.destroy();
      this.onRefused?.(why, from, reason);
    };
    const timer = setTimeout(
      () => refuse('late', 'it did not finish the handshake in time'),
      Math.max(1, handshakeNs / 1e6),
    );
    place.end = () => refuse('late', 'it had not finished the handshake when its place was needed');
    secure.once('error', (error) => refuse('handshake', handshakeFault(error, protocol)));
    secure.once('close', () => refuse('handshake', 'it closed the connection during the handshake'));
    secure.once('secure', () => {
      if (done) return;
      if (secure.alpnProtocol !== protocol) {
        refuse('handshake', `it does not speak ${protocol}`);
        return;
      }
      done = true;
      clearTimeout(timer);
      place.end = () => secure.destroy(new Error('its place was needed'));
      this.onConnection?.(new OpenTls(secure, from, requestCert && hasTrustedCertificate(secure)));
    });
  }
}

/** Returns true if OpenSSL has verified the certificate of a client. Node has the verdict for its own servers only. */
function hasTrustedCertificate(socket: TLSSocket): boolean {
  const { ssl } = socket as TLSSocket & { readonly ssl?: { verifyError?(): Error | null | undefined } };
  return socket.getPeerX509Certificate() !== undefined && ssl?.verifyError?.() === null;
}

/** Throws `TH_NET_CERTIFICATE`. */
function secureContext({ certificate, key, clientAuthorities }: TlsIdentity): SecureContext {
  try {
    return createSecureContext({
      cert: certificate,
      key,
      ...(clientAuthorities !== undefined && { ca: clientAuthorities }),
      minVersion: 'TLSv1.3',
      ciphers: CIPHERS,
      honorCipherOrder: true,
      // OpenSSL sends two tickets of another kind all the same, which node:tls cannot stop: some 5 % of a handshake.
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
