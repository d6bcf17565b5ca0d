import type { EthernetOptions, EthernetSocket } from './ethernet.js';
import type { LinkWatch, NetworkInterface } from './interface.js';
import type { PdelayResponder, PdelayResponderOptions } from './peer-delay.js';
import type { Ns } from './time.js';
import type { TlsClient, TlsOptions, TlsServer, TlsServerOptions } from './tls.js';
import type { Endpoint, UdpOptions, UdpSocket } from './udp.js';
import type { UnixDatagramOptions, UnixDatagramSocket } from './unix-datagram.js';

export interface TcpConnection {
  write(text: string): void;
  onData(handler: (chunk: Uint8Array) => void): void;
  /** Stops reading until `resume`; meanwhile data wait in the buffers of the system and then of the peer. */
  pause(): void;
  resume(): void;
  /** Calls `handler` once, with an error unless `close()` was called. */
  onClose(handler: (error?: Error) => void): void;
  close(): void;
}

/** Access to the network. The lab provides the same interface over simulated links. */
export interface Network {
  udp(options: UdpOptions): UdpSocket;
  /**
   * Opens a socket for frames of one EtherType on one interface. Throws `TH_NET_INTERFACE`, `TH_NET_RAW_PRIVILEGE`,
   * `TH_NET_OPEN`.
   */
  ethernet(options: EthernetOptions): EthernetSocket;
  /** Creates a Unix socket that receives datagrams, or only sends them. Throws `TH_NET_UNIX_BUSY`, `TH_NET_UNIX`. */
  unixDatagram(options: UnixDatagramOptions): UnixDatagramSocket;
  /**
   * Answers peer delay requests in a thread of its own. Returns undefined without the addon and in the lab: then the port must
   * answer itself. Throws the errors of opening its socket.
   */
  pdelayResponder(options: PdelayResponderOptions): PdelayResponder | undefined;
  /** Returns the present state of an interface. Throws `TH_NET_INTERFACE` if it does not exist. */
  interface(name: string): NetworkInterface;
  /** Calls `handler` each time that an interface starts or stops running. The interface need not exist yet. */
  onLink(name: string, handler: (running: boolean) => void): LinkWatch;
  /** Connects or rejects with `TH_NET_CONNECT`. */
  tcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection>;
  /** Connects, or rejects with `TH_NET_CONNECT`, `TH_NET_TLS`, `TH_NET_CERTIFICATE`. The lab has no TLS. */
  tls(options: TlsOptions): Promise<TlsClient>;
  /** Listens for TLS clients. Rejects with the errors of `udp`, or `TH_NET_CERTIFICATE`. */
  tlsServer(options: TlsServerOptions): Promise<TlsServer>;
  /** Resolves with all addresses of a name in the resolver's order, or rejects with `TH_NET_RESOLVE`. */
  resolve(host: string, family?: 4 | 6): Promise<readonly string[]>;
  /** Returns this machine's own addresses, so that a loop can be recognised. */
  addresses(): readonly string[];
}
