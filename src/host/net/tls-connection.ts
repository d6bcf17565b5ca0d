import type { TLSSocket } from 'node:tls';
import type { Endpoint, TlsConnection } from '../../api/index.js';
import { inContext } from '../handler.js';

/** The connection of a socket whose handshake is complete. */
export class OpenTls implements TlsConnection {
  readonly peer: Endpoint;
  readonly #socket: TLSSocket;
  #failure: Error | undefined;
  #closing = false;
  #closed = false;
  #ended = false;
  #onClose: ((error?: Error) => void) | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('end', () => {
      this.#ended = true;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#report();
    });
  }

  write(octets: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(octets);
  }

  end(octets?: Uint8Array): void {
    if (octets === undefined) this.#socket.end();
    else this.#socket.end(octets);
  }

  exportKey(label: string, context: Uint8Array, octets: number): Uint8Array {
    return new Uint8Array(this.#socket.exportKeyingMaterial(octets, label, Buffer.from(context)));
  }

  onData(handler: (chunk: Uint8Array) => void): void {
    this.#socket.on('data', inContext(handler));
  }

  onClose(handler: (error?: Error) => void): void {
    this.#onClose = inContext(handler);
    if (this.#closed) queueMicrotask(() => this.#report());
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #report(): void {
    const handler = this.#onClose;
    this.#onClose = undefined;
    if (this.#closing) handler?.();
    else handler?.(this.#failure ?? new Error(this.#ended ? 'the peer closed the connection' : 'the connection broke'));
  }
}
