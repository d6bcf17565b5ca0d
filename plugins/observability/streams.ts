import type { ServerResponse } from 'node:http';
import { countByPeer, type Held, toEvict } from './peers.js';

/** Maximum unread data of all clients together, octets. Beyond it the client with the most is cut. */
const LARGEST_BACKLOG = 1 << 20;
/** Maximum time for which a client may have unread data, ms. */
const LONGEST_BACKLOG = 10_000;

export const STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** Limits of the streams at one listener: streams at the port never take the place of those at the control socket. */
export interface StreamGroup {
  readonly most: number;
  readonly mostOfPeer: number;
}

export interface Viewer {
  readonly response: ServerResponse;
  readonly peer: string;
  readonly group: StreamGroup;
  /** Called when the client has read all data. */
  onProgress(): void;
  onCut(reason: 'evicted' | 'slow-reader'): void;
}

/** All open streams of server-sent events (WHATWG HTML §9.2). */
export class Streams {
  readonly #open = new Set<Stream>();
  readonly #now: () => number;

  /** `now`: monotonic, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Returns true when there is room for a stream. When the group is full, the peer that holds most streams loses one to a peer that
   * holds fewer.
   */
  admits({ peer, group }: Viewer): boolean {
    const others = [...this.#open].filter((stream) => stream.viewer.group === group);
    const counts = countByPeer(others);
    const own = counts.get(peer) ?? 0;
    if (own >= group.mostOfPeer) return false;
    if (others.length < group.most) return true;
    const evicted = toEvict(others, peer)!;
    if (counts.get(evicted.peer)! <= own + 1) return false;
    this.#cut(evicted, 'evicted');
    return true;
  }

  /** Starts an admitted stream with one event. */
  open(viewer: Viewer, first: Uint8Array): void {
    const stream = new Stream(viewer, this.#now());
    this.#open.add(stream);
    viewer.response.on('close', () => this.#open.delete(stream));
    viewer.response.write(first);
  }

  send(frame: Uint8Array): void {
    const now = this.#now();
    for (const stream of this.#open) {
      stream.look(now);
      if (now - stream.progressAt > LONGEST_BACKLOG) this.#cut(stream, 'slow-reader');
      else stream.viewer.response.write(frame);
    }
    this.#limitBacklog();
  }

  close(): void {
    for (const { viewer } of this.#open) viewer.response.end();
    this.#open.clear();
  }

  #limitBacklog(): void {
    while (this.#open.size > 0) {
      const all = [...this.#open].sort((a, b) => b.backlog - a.backlog);
      if (all.reduce((sum, { backlog }) => sum + backlog, 0) <= LARGEST_BACKLOG) return;
      this.#cut(all[0]!, 'slow-reader');
    }
  }

  #cut(stream: Stream, reason: 'evicted' | 'slow-reader'): void {
    this.#open.delete(stream);
    stream.viewer.onCut(reason);
  }
}

class Stream implements Held {
  readonly viewer: Viewer;
  progressAt: number;

  constructor(viewer: Viewer, now: number) {
    this.viewer = viewer;
    this.progressAt = now;
  }

  get peer(): string {
    return this.viewer.peer;
  }

  /** Data that the kernel has not taken yet, octets. */
  get backlog(): number {
    return this.viewer.response.writableLength;
  }

  look(now: number): void {
    if (this.backlog > 0) return;
    this.progressAt = now;
    this.viewer.onProgress();
  }
}
