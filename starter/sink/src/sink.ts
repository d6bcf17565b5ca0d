import { rename, rm, writeFile } from 'node:fs/promises';
import { defineSink, duration, path, type TimeState, table } from 'timehub/api';
import * as v from 'valibot';

/** The table `[sink.{{type}}.<name>]`. The descriptions are shown by tools that know the schema. */
const config = table({
  file: v.pipe(
    path('a path such as "/run/timehub/estimate.json"'),
    v.description('File that is written. It is removed when the sink stops.'),
  ),
  interval: v.pipe(v.optional(duration({ min: '100ms' }), '1s'), v.description('Time between two versions of it.')),
});

type Config = v.InferOutput<typeof config>;

/** Returns one line of JSON. Unknown values are null. */
export function textOf({ mode, reason, clocks, leap, ntp }: TimeState): string {
  const [system] = clocks;
  const { offsetNs, sigmaNs, boundNs, frequencyPpb } = system ?? {};
  const { taiMinusUtc, pending } = leap;
  const clock = { offsetNs, sigmaNs, boundNs, frequencyPpb };
  return `${JSON.stringify({ mode, reason, ...clock, taiMinusUtc, leap: pending, stratum: ntp.stratum })}\n`;
}

/** Writes the estimate to a file. */
export default defineSink<Config>({
  type: '{{type}}',
  summary: 'Writes the estimate to a file',
  stability: 'experimental',
  needs: [],
  config,
  // create() has no effects: I/O and timers begin in start().
  create({ file, interval }, context) {
    const written = context.metrics.counter('writes_total', 'Versions of the file that were written.');
    let writing = Promise.resolve();
    let stopped = false;

    /** Replaces the file by a rename, so that a reader sees the old version or the new one. */
    const write = async (): Promise<void> => {
      const fresh = `${file}.new`;
      await rm(fresh, { force: true });
      await writeFile(fresh, textOf(context.state()), { flag: 'wx' });
      await rename(fresh, file);
      written();
    };
    const writeAndWait = async (): Promise<void> => {
      if (stopped) return;
      writing = write();
      await writing;
      context.after(interval, writeAndWait);
    };

    return {
      // "timehub status" shows an error here or in the timer. The hub starts the sink again after a while.
      start: writeAndWait,
      async stop() {
        stopped = true;
        await writing.catch(() => {});
        await rm(file, { force: true });
      },
      inspect: () => ({ file }),
    };
  },
});
