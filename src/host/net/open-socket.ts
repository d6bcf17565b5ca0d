import type { Socket } from 'node:net';
import { inContext } from '../handler.js';

/** The common part of open TCP and TLS connections: data, and one report of the end. */
export class OpenSocket<S extends Socket> {
  protected readonly socket: S;
  #failure: Error | undefined;
  #closing = false;
  #closed = false;
  #ended = false;
  #onClose: ((error?: Error) => void) | undefined;

  constructor(socket: S) {
    this.socket = socket;
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

  onData(handler: (chunk: Uint8Array) => void): void {
    this.socket.on('data', inContext(handler));
  }

  /** Calls `handler` once, with an error unless `close()` was called. */
  onClose(handler: (error?: Error) => void): void {
    this.#onClose = inContext(handler);
    if (this.#closed) queueMicrotask(() => this.#report());
  }

  close(): void {
    this.#closing = true;
    this.socket.destroy();
  }

  #report(): void {
    const handler = this.#onClose;
    this.#onClose = undefined;
    if (this.#closing) handler?.();
    else handler?.(this.#failure ?? new Error(this.#ended ? 'the peer closed the connection' : 'the connection broke'));
  }
}
