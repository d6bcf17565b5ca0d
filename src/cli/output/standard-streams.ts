import { EXIT } from '../exit.js';

/** Exit status of a program that SIGPIPE ended, as shells report it. */
const PIPE_CLOSED = 128 + 13;

let outlives = false;

/**
 * Ends a command whose output can no longer be written: silently if its reader is gone (`timehub events | head`), else with a
 * message. Errors of standard error are ignored.
 */
export function watchStandardStreams(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (outlives) return;
    if (code === 'EPIPE' || code === 'EIO') process.exit(PIPE_CLOSED);
    process.stderr.write(`timehub: the output cannot be written: ${message}\n`);
    process.exit(EXIT.software);
  });
  process.stderr.on('error', () => {});
}

/** Makes the process independent of its output, as a daemon must be. */
export function outliveStandardStreams(): void {
  outlives = true;
}
