import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * The connection that node:http gets in place of the socket: it reads the request heads that are pushed here, one at a time, and
 * writes to the socket. On the socket itself node:http would parse all pipelined requests before any other code runs.
 */
export class Channel extends Duplex {
  readonly #socket: Socket;
  /** Called when the kernel has taken the response to the last head, or there will be none. */
  readonly onAnswered: () => void;

  constructor(socket: Socket, onAnswered: () => void) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.onAnswered = onAnswered;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.cork();
    for (const { chunk } of chunks.slice(0, -1)) this.#socket.write(chunk);
    this.#socket.write(chunks.at(-1)!.chunk, done);
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.destroySoon();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // After `end` the socket closes by itself once the response has been written.
    if (!this.writableFinished) this.#socket.destroy();
    done(error);
  }
}
