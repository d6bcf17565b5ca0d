import { closeSync } from 'node:fs';
import koffi from 'koffi';
import type { Bench } from './bench.js';

const libc = koffi.load('libc.so.6');
const openpty: (master: Int32Array, slave: Int32Array, name: null, termios: null, size: null) => number = libc.func(
  'int openpty(int*, int*, void*, void*, void*)',
);
const fcntl: (fd: number, command: number, flags: number) => number = libc.func('int fcntl(int, int, int)');
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** A pseudo terminal that a test opens and closes. */
export class Terminal {
  /** File descriptor for `stdio` of programs in the terminal. */
  readonly inside: number;
  readonly #outside: number;
  #open = true;

  constructor(bench: Bench) {
    const [master, slave] = [new Int32Array(1), new Int32Array(1)];
    if (openpty(master, slave, null, null, null) !== 0) throw new Error('openpty failed');
    this.#outside = master[0]!;
    this.inside = slave[0]!;
    // A program that inherited the outer end would keep its own terminal open.
    for (const descriptor of [this.#outside, this.inside]) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    bench.later(() => this.close());
  }

  /** Closes the terminal like a window: programs in it get SIGHUP, and EIO when they write. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.inside);
    closeSync(this.#outside);
  }
}

/** Returns arguments of spawn that run a program as leader of a session. Its standard input is the session's terminal. */
export const inTerminal = (command: string, args: readonly string[]): readonly string[] => [
  'setsid',
  '--ctty',
  command,
  ...args,
];
