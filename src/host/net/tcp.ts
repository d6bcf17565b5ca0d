import { connect } from 'node:net';
import { type Endpoint, HubError, type Ns, type TcpConnection } from '../../api/index.js';
import { inContext } from '../handler.js';
import { because, formatEndpoint } from './net-error.js';

/** Connects. Rejects with `TH_NET_CONNECT` when that fails or takes longer than `timeoutNs`. */
export function connectTcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.address, port: to.port, noDelay: true });
    const refuse = (reason: string, cause?: unknown) => {
      socket.destroy();
      const message = `cannot connect to ${formatEndpoint(to)}: ${reason}`;
      reject(
        new HubError('TH_NET_CONNECT', message, { cause, hint: 'is the program running, and is the address right?' }),
      );
    };
    const timer = setTimeout(() => refuse('it did not answer in time'), Math.max(1, timeoutNs / 1e6));
    socket.once('error', (error) => {
      clearTimeout(timer);
      refuse(because(error), error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(new Connection(socket));
    });
  });
}

type Socket = ReturnType<typeof connect>;

class Connection implements TcpConnection {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #closing = false;
  #closed = false;
  #onClose: ((error?: Error) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#report();
    });
  }

  write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }

  onData(handler: (chunk: Uint8Array) => void): void {
    this.#socket.on('data', inContext(handler));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
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
    else handler?.(this.#failure ?? new Error('the peer closed the connection'));
  }
}
