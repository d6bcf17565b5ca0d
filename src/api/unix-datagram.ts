export interface UnixDatagramOptions {
  /** Path of the socket file. A file that no process has open is replaced; it is removed on close. */
  readonly path: string;
  /** Mode of the file (chmod(2)): the users who may send to it. Default 0o600. */
  readonly mode?: number;
}

export interface UnixDatagram {
  /** Valid only during the call. */
  readonly payload: Uint8Array;
  /** Socket file of the sender, to reply to; empty if it has none. */
  readonly from: string;
}

/** A bound Unix datagram socket (unix(7)), for PTP management. It is closed with the instance that opened it. */
export interface UnixDatagramSocket {
  readonly path: string;
  /** Sends from this socket. Throws `TH_NET_SEND` when no program listens there. */
  send(payload: Uint8Array, to: string): void;
  onDatagram(handler: (datagram: UnixDatagram) => void): void;
  close(): void;
}
