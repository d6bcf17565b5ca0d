/** Calls `end(reason, exitStatus)` once when the process is wanted no more: a signal, a closed output, a dead npm. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
const PARENT_WATCH_MS = 1000;

export function onEndWanted(end) {
  let ended = false;
  const once = (reason, status) => {
    if (ended) return;
    ended = true;
    end(reason, status);
  };
  for (const [signal, number] of Object.entries(SIGNALS)) process.on(signal, () => once(`by ${signal}`, 128 + number));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }) => once(`because the output cannot be written (${code})`, 128 + SIGNALS.SIGHUP));
  }
  // npm passes on SIGINT and SIGTERM only: if it dies of something else, nobody waits for the result.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  const watch = () => process.ppid !== parent && once('because npm has ended', 128 + SIGNALS.SIGHUP);
  setInterval(watch, PARENT_WATCH_MS).unref();
}
