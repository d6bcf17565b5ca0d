import { accessSync, constants, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HubError, type UnixDatagram, type UnixDatagramOptions, type UnixDatagramSocket } from '../../api/index.js';
import { inContext } from '../handler.js';
import type { Native } from '../native.js';
import { type Arena, arenaOf } from './arena.js';
import { because, errorName, sendError, succeeds } from './net-error.js';

const OWNER_ONLY = 0o600;

/** Opens a Unix datagram socket. Throws `TH_NET_UNIX_BUSY` when another program has the file open, otherwise `TH_NET_UNIX`. */
export function openUnixDatagram(native: Native, { path, mode }: UnixDatagramOptions): UnixDatagramSocket {
  if (path === undefined) return new SendingUnixSocket(native);
  try {
    return new KernelUnixSocket(native, path, mode);
  } catch (error) {
    if (errorName(error) === 'EADDRINUSE') {
      throw new HubError('TH_NET_UNIX_BUSY', `${path} is in use by another program`, {
        cause: error,
        hint: `find it with "ss -xlp src ${path}", then stop that program or choose another path`,
      });
    }
    throw new HubError('TH_NET_UNIX', `cannot make the socket file ${path}: ${because(error)}`, {
      cause: error,
      isOver: succeeds(() => accessSync(dirname(path), constants.W_OK | constants.X_OK)),
      hint: 'its folder must exist and belong to the user that runs the hub (systemd: RuntimeDirectory=)',
    });
  }
}

class KernelUnixSocket implements UnixDatagramSocket {
  readonly path: string;
  readonly #native: Native;
  readonly #socket: number;
  readonly #inode: number | undefined;
  #open = true;
  #onDatagram: ((datagram: UnixDatagram) => void) | undefined;

  constructor(native: Native, path: string, mode = OWNER_ONLY) {
    this.path = path;
    this.#native = native;
    this.#socket = native.openUnix(path, mode, (buffer, count) => this.#deliver(arenaOf(buffer), count));
    this.#inode = inodeOf(path);
  }

  send(payload: Uint8Array, to: string): void {
    if (!this.#open) throw new HubError('TH_NET_SEND', 'the socket is closed');
    try {
      this.#native.sendUnix(to, payload, this.#socket);
    } catch (error) {
      throw sendError(error, to);
    }
  }

  onDatagram(handler: (datagram: UnixDatagram) => void): void {
    this.#onDatagram = inContext(handler);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#native.close(this.#socket);
    // Another program may have replaced the file.
    if (this.#inode !== undefined && inodeOf(this.path) === this.#inode) rmSync(this.path, { force: true });
  }

  #deliver(arena: Arena, count: number): void {
    for (let record = 0; record < count && this.#open && arena.intact(); record++) {
      this.#onDatagram?.({ payload: arena.payload(record), from: arena.from(record) });
    }
  }
}

/** Sends each datagram from an unnamed socket. Nothing can be sent to it. */
class SendingUnixSocket implements UnixDatagramSocket {
  readonly path = '';
  readonly #native: Native;
  #open = true;

  constructor(native: Native) {
    this.#native = native;
  }

  send(payload: Uint8Array, to: string): void {
    if (!this.#open) throw new HubError('TH_NET_SEND', 'the socket is closed');
    try {
      this.#native.sendUnix(to, payload);
    } catch (error) {
      throw sendError(error, to);
    }
  }

  onDatagram(): void {}

  close(): void {
    this.#open = false;
  }
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
