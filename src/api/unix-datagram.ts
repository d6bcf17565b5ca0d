export interface UnixDatagramOptions {
  /** Where the socket file is made. One that nobody has open is replaced; it is removed at the end. */
  readonly path: string;
  /** Who may send to it, as of chmod(2). Default 0o600. */
  readonly mode?: number;
}

export interface UnixDatagram {
  /** Valid during the call only: copy what must stay. */
  readonly payload: Uint8Array;
  /** The sender's own socket file, to answer to; empty when it has none. */
  readonly from: string;
}

/** A bound Unix datagram socket (unix(7)), as PTP management uses. Closed with the instance that opened it. */
export interface UnixDatagramSocket {
  readonly path: string;
  /** Sends from this socket. Throws `TH_NET_SEND` when no program listens there. */
  send(payload: Uint8Array, to: string): void;
  onDatagram(handler: (datagram: UnixDatagram) => void): void;
  close(): void;
}
