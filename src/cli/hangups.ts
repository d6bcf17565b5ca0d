/** The handling of SIGHUP, whose default is to end the process. */
export interface Hangups {
  /** Calls `handler` for each SIGHUP from now on, and at once if one came before. */
  release(handler: () => void): void;
  /** Ignores SIGHUP from now on. */
  ignore(): void;
}

/** Holds a SIGHUP that comes while the daemon starts until its handler is known. */
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
 * Returns a function that runs `work`, never twice at the same time. Calls meanwhile make it run once more after `rest`, so that
 * many calls leave time for other work.
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
