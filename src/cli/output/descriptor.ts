import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Something that takes octets without making the caller wait. */
export interface OutputTarget {
  /** Returns how many octets were taken. Throws an `ErrnoException`; EAGAIN says that nothing can be taken now. */
  write(octets: Uint8Array): number;
}

/**
 * File descriptor 1 or 2, written to without waiting for its reader. Pipes and terminals are opened a second time: the flag
 * O_NONBLOCK of the first description would count for all programs that share it.
 */
export function openOutput(descriptor: 1 | 2): OutputTarget {
  const own = openAgain(descriptor);
  return { write: (octets) => writeSync(own, octets) };
}

function openAgain(descriptor: 1 | 2): number {
  try {
    // A file never makes a writer wait, and its position belongs to the description.
    if (fstatSync(descriptor).isFile()) return descriptor;
    return openSync(
      `/proc/self/fd/${descriptor}`,
      constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_APPEND,
    );
  } catch {
    // A socket, which is what a service manager gives, cannot be opened again: Node's stream makes it non-blocking.
    void (descriptor === 1 ? process.stdout : process.stderr);
    return descriptor;
  }
}
