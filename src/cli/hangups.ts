/** SIGHUP, which ends a process that does not handle it. */
export interface Hangups {
  /** Calls `handler` for each SIGHUP from now on, and at once if one came before. */
  release(handler: () => void): void;
  /** SIGHUP has no effect from now on. */
  ignore(): void;
}

/** Holds SIGHUP back until it is known what to do: it may come while the daemon starts. */
export function holdHangups(): Hangups {
  let isPending = false;
  let isIgnored = false;
  let handle = (): void => {
    isPending = true;
  };
  process.on('SIGHUP', () => handle());
  return {
    release(handler) {
      if (isIgnored) return;
      handle = handler;
      if (isPending) handler();
    },
    ignore() {
      isIgnored = true;
      handle = () => {};
    },
  };
}

/**
 * Returns a function that runs `work`, never twice at the same time; calls meanwhile make it run once more, after `rest`: a
 * storm of calls leaves time for everything else.
 */
export function oneAtATime(work: () => Promise<void>, rest: () => Promise<void>): () => void {
  let isRunning = false;
  let isWanted = false;
  const runAll = async (): Promise<void> => {
    try {
      while (isWanted) {
        isWanted = false;
        await work();
        await rest();
      }
    } finally {
      isRunning = false;
    }
  };
  return () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    void runAll();
  };
}
