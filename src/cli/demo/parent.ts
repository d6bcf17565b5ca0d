const LOOK_MS = 1000;

/**
 * Calls `end` when npm, which started this process, has died: otherwise the demo would run on without a terminal. A process
 * that was not started by npm may outlive its parent.
 */
export function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_MS).unref();
}
