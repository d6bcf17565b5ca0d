const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const PARENT_WATCH_MS = 1000;

/** Calls `end` once when the process must end early: on a signal, a closed output or the death of npm. */
export function onEndWanted(end: (reason: string, exitStatus: number) => void): void {
  let ended = false;
  const once = (reason: string, status: number): void => {
    if (ended) return;
    ended = true;
    end(reason, status);
  };
  for (const [signal, number] of Object.entries(SIGNALS)) process.on(signal, () => once(`by ${signal}`, 128 + number));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) =>
      once(`because the output cannot be written (${code})`, 128 + SIGNALS.SIGHUP),
    );
  }
  // npm passes on only SIGINT and SIGTERM. If it dies in another way, the result has no reader.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  const watch = (): void => {
    if (process.ppid !== parent) once('because npm has ended', 128 + SIGNALS.SIGHUP);
  };
  setInterval(watch, PARENT_WATCH_MS).unref();
}
