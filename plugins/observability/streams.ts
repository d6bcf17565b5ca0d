import type { ServerResponse } from 'node:http';
import { toJson } from './json.js';

/** A client that lets this much pile up is too slow to be served. */
const LONGEST_BACKLOG = 1 << 20;

export const STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** All open streams of server-sent events (WHATWG HTML §9.2). */
export class Streams {
  readonly #open = new Set<ServerResponse>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Begins a stream with one event. False: there are too many already. */
  open(response: ServerResponse, name: string, data: unknown): boolean {
    if (this.#open.size >= this.#most) return false;
    response.writeHead(200, { 'content-type': STREAM_TYPE, 'x-accel-buffering': 'no' });
    response.on('close', () => this.#open.delete(response));
    this.#open.add(response);
    response.write(frame(name, data));
    return true;
  }

  send(name: string, data: unknown): void {
    if (this.#open.size === 0) return;
    const text = frame(name, data);
    for (const response of this.#open) {
      if (response.writableLength > LONGEST_BACKLOG) response.destroy();
      else response.write(text);
    }
  }

  close(): void {
    for (const response of this.#open) response.end();
    this.#open.clear();
  }
}

const frame = (name: string, data: unknown): string => `event: ${name}\ndata: ${toJson(data)}\n\n`;
