export interface UnixDatagramOptions {
  /**
   * Path of the socket file. A file that no process has open is replaced; it is removed on close. Absent: the socket has no file,
   * so that it only sends.
   */
  readonly path?: string;
  /** Mode of the file (chmod(2)): the users who may send to it. Default 0o600. */
  readonly mode?: number;
}

export interface UnixDatagram {
  /** Valid only during the call. */
  readonly payload: Uint8Array;
  /** Socket file of the sender, to reply to; empty if it has none. */
  readonly from: string;
}

/** A Unix datagram socket (unix(7)). It is closed with the instance that opened it. */
export interface UnixDatagramSocket {
  /** Empty for a socket that only sends. */
  readonly path: string;
  /** Sends from this socket. Throws `TH_NET_SEND` when no program listens there. */
  send(payload: Uint8Array, to: string): void;
  onDatagram(handler: (datagram: UnixDatagram) => void): void;
  close(): void;
}
