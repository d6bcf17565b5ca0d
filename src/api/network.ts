import type { EthernetOptions, EthernetSocket } from './ethernet.js';
import type { LinkWatch, NetworkInterface } from './interface.js';
import type { PdelayResponder, PdelayResponderOptions } from './peer-delay.js';
import type { Ns } from './time.js';
import type { Endpoint, UdpOptions, UdpSocket } from './udp.js';
import type { UnixDatagramOptions, UnixDatagramSocket } from './unix-datagram.js';

export interface TcpConnection {
  write(text: string): void;
  onData(handler: (chunk: Uint8Array) => void): void;
  /** Reads nothing more until `resume`: what the peer sends waits in the system's buffers, then in the peer. */
  pause(): void;
  resume(): void;
  /** Called once, with the reason when it was not `close()`. */
  onClose(handler: (error?: Error) => void): void;
  close(): void;
}

/** What a plugin may do on the network. In the lab, the same interface over simulated links. */
export interface Network {
  udp(options: UdpOptions): UdpSocket;
  /** Frames of one EtherType on one interface. Throws `TH_NET_INTERFACE`, `TH_NET_RAW_PRIVILEGE`, `TH_NET_OPEN`. */
  ethernet(options: EthernetOptions): EthernetSocket;
  /** A socket file that datagrams are sent to. Throws `TH_NET_UNIX_BUSY`, `TH_NET_UNIX`. */
  unixDatagram(options: UnixDatagramOptions): UnixDatagramSocket;
  /**
   * Answers peer delay requests beside the event loop. Undefined where nothing can (no addon, the lab): the port answers
   * itself. Throws what opening its socket throws.
   */
  pdelayResponder(options: PdelayResponderOptions): PdelayResponder | undefined;
  /** An interface as it is now. Throws `TH_NET_INTERFACE` when there is none of that name. */
  interface(name: string): NetworkInterface;
  /** Calls with the new state each time that an interface begins or ceases to carry frames. It need not exist yet. */
  onLink(name: string, handler: (running: boolean) => void): LinkWatch;
  /** Connects or rejects with `TH_NET_CONNECT`. */
  tcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection>;
  /** All addresses of a name, in the resolver's order. Rejects with `TH_NET_RESOLVE`. */
  resolve(host: string, family?: 4 | 6): Promise<readonly string[]>;
  /** Own addresses, to recognise a loop. */
  addresses(): readonly string[];
}
