import type { TLSSocket } from 'node:tls';
import type { Endpoint, TlsConnection } from '../../api/index.js';
import { OpenSocket } from './open-socket.js';

/** The connection of a socket whose handshake is complete. */
export class OpenTls extends OpenSocket<TLSSocket> implements TlsConnection {
  readonly peer: Endpoint;
  readonly isTrusted: boolean;

  constructor(socket: TLSSocket, peer: Endpoint, isTrusted: boolean) {
    super(socket);
    this.peer = peer;
    this.isTrusted = isTrusted;
  }

  write(octets: Uint8Array): void {
    if (this.socket.writable) this.socket.write(octets);
  }

  end(octets?: Uint8Array): void {
    if (octets === undefined) this.socket.end();
    else this.socket.end(octets);
  }

  exportKey(label: string, context: Uint8Array, octets: number): Uint8Array {
    return new Uint8Array(this.socket.exportKeyingMaterial(octets, label, Buffer.from(context)));
  }
}
