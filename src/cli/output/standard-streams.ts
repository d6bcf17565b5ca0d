import { EXIT } from '../exit.js';

/** As a shell reports a program that SIGPIPE ended. */
const PIPE_CLOSED = 128 + 13;

let outlives = false;

/**
 * A command ends when its output can no longer be written: silently if its reader has gone (`timehub events | head`), else
 * with a sentence. What cannot be written to standard error is lost.
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

/** From now on the process does not depend on its output: it is a daemon. */
export function outliveStandardStreams(): void {
  outlives = true;
}
