import type { Instant, Ns } from './time.js';
import type { Endpoint } from './udp.js';

export interface TlsOptions {
  readonly to: Endpoint;
  /** Host name or IP address that the certificate must have. A name is sent to the server (SNI). */
  readonly name: string;
  /** Application protocol (ALPN, RFC 7301): the connection fails without it. */
  readonly protocol: string;
  /** Certificates (PEM) of the authorities to trust, in place of the system's. */
  readonly authorities?: string | undefined;
  /** Limit of the connection and the handshake together. */
  readonly timeoutNs: Ns;
  /**
   * Earliest time that can be true, for a machine whose clock may be wrong. Certificates are judged then at this time if the
   * clock is behind it, and one that becomes valid later is accepted, at its first moment. Absent: the clock is right.
   */
  readonly notBefore?: Instant | undefined;
}

/** An open TLS connection (TLS 1.3, RFC 8446). It is closed with the instance that opened it. */
export interface TlsConnection {
  readonly peer: Endpoint;
  /** At a server: the client has a certificate of `clientAuthorities`. At a client: true. */
  readonly isTrusted: boolean;
  write(octets: Uint8Array): void;
  /** Writes nothing more: the peer sees the end of the stream. */
  end(octets?: Uint8Array): void;
  /** Returns key material of the session (RFC 8446 §7.5). */
  exportKey(label: string, context: Uint8Array, octets: number): Uint8Array;
  onData(handler: (chunk: Uint8Array) => void): void;
  /** Calls `handler` once, with an error unless `close()` was called. */
  onClose(handler: (error?: Error) => void): void;
  close(): void;
}

/** A connection to a server whose certificate was accepted. */
export interface TlsClient extends TlsConnection {
  /** Time at which the certificates were judged. */
  readonly judgedAt: Instant;
  /** Period in which all certificates that the server sent are valid. */
  readonly validFrom: Instant;
  readonly validUntil: Instant;
}

/** Certificate chain and private key of a server, PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
  /** Certificates (PEM) of authorities: clients are asked for a certificate of theirs (`TlsConnection.isTrusted`), and may have none. */
  readonly clientAuthorities?: string | undefined;
}

export interface TlsServerOptions {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly identity: TlsIdentity;
  /** Limit of the handshake of one client. */
  readonly handshakeNs: Ns;
  /**
   * Largest number of connections. When so many are open, a further one takes the place of the oldest that has been open for more
   * than 0.5 s, or is closed at once if there is none.
   */
  readonly connections: number;
  /** Returns false to close a connection before its handshake. Of those with true, each ends with `onRefused` or `onClose`. */
  readonly admits: (from: Endpoint) => boolean;
}

/**
 * Ends of a connection without a complete handshake. `full`: admitted, but too many were open. `not-admitted`: by `admits`.
 * `handshake`: it failed. `late`: it took too long, or its place was needed.
 */
export type TlsRefusal = 'full' | 'not-admitted' | 'handshake' | 'late';

export interface TlsServer {
  readonly local: Endpoint;
  onConnection(handler: (connection: TlsConnection) => void): void;
  /** `reason`: a clause about the peer. */
  onRefused(handler: (why: TlsRefusal, from: Endpoint, reason: string) => void): void;
  /** New connections get this identity. Throws `TH_NET_CERTIFICATE`; the old one stays then. */
  use(identity: TlsIdentity): void;
  close(): void;
}
