import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** An output that never makes the caller wait. */
export interface OutputTarget {
  /** Returns the number of octets taken. Throws an `ErrnoException`: EAGAIN if none can be taken now. */
  write(octets: Uint8Array): number;
}

/**
 * Opens file descriptor 1 or 2 for writing without waiting. Pipes and terminals are opened a second time: O_NONBLOCK on the first
 * description would affect all programs that share it.
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
    // A socket, as service managers give, cannot be opened again: Node's stream makes it non-blocking.
    void (descriptor === 1 ? process.stdout : process.stderr);
    return descriptor;
  }
}
