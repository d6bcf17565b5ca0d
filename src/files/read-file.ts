import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { FileRefused, kindOf } from './file-kind.js';
import { ownFault } from './own-file.js';
import { secretFault } from './secret-file.js';

export interface ReadOptions {
  /** Largest size, octets. */
  readonly most: number;
  /** The file must be the hub's own, as `ownFault` defines it. */
  readonly own?: boolean;
  /** No other user may read the file, as `secretFault` defines it. */
  readonly secret?: boolean;
}

const CHUNK = 1 << 14;
const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Reads a regular file. It never opens a FIFO, which would wait for a writer, or a device, which may act on being opened.
 * Throws `FileRefused`, or the error of the system call.
 */
export function readRegularFile(path: string, { most, own = false, secret = false }: ReadOptions): Buffer {
  const check = (stat: Stats): void => {
    const fault = (own ? ownFault(path, stat) : regularFault(stat)) ?? (secret ? secretFault(path, stat) : undefined);
    if (fault !== undefined) throw fault;
  };
  check(own ? lstatSync(path) : statSync(path));
  const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (own ? O_NOFOLLOW : 0));
  try {
    check(fstatSync(file));
    return readUpTo(file, most);
  } finally {
    closeSync(file);
  }
}

const regularFault = (stat: Stats): FileRefused | undefined =>
  stat.isFile() ? undefined : new FileRefused('kind', `it is ${kindOf(stat)}, not a regular file`);

function readUpTo(file: number, most: number): Buffer {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const count = readSync(file, chunk, 0, CHUNK, null);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > most) throw new FileRefused('size', `it is larger than ${formatOctets(most)}`);
  }
}

const formatOctets = (octets: number): string =>
  octets >= 1 << 20 ? `${octets / (1 << 20)} MiB` : `${octets / (1 << 10)} KiB`;
