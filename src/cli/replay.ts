import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { HubError, type TimeState } from '../api/index.js';
import { createEngine } from '../core/engine/engine.js';
import { createEstimator } from '../core/estimator/index.js';
import { readLeapTable } from '../core/leap/leap-list.js';
import { findLeapSeconds } from '../host/leap-seconds.js';
import { toLine } from '../kernel/event-log/event-log.js';
import { type LogHeader, Replay, type ReplayReport } from '../kernel/event-log/replay.js';
import { EXIT, type ExitStatus } from './exit.js';

interface ReplayOptions {
  readonly json?: boolean;
  readonly states?: boolean;
}

/** `timehub replay LOG`: repeats a recorded run in a new engine. Exit status 1 if a decision or state differs. */
export async function run(path: string, options: ReplayOptions): Promise<ExitStatus> {
  const printState = (state: TimeState) => process.stdout.write(toLine({ type: 'state', ...state }));
  const replay = new Replay({ createEngine: engineFor, ...(options.states === true ? { onState: printState } : {}) });
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
      replay.feed(line);
  } catch (cause) {
    if (cause instanceof HubError || !(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new HubError('TH_CLI_FILE', `${path} cannot be read: ${cause.message}`, { cause });
  }
  const report = replay.report();
  if (options.json === true || options.states === true) console.log(JSON.stringify({ type: 'report', ...report }));
  else print(report);
  return report.differences === 0 ? EXIT.synchronised : EXIT.degraded;
}

/** A log without a leap table was most likely made with the table of this machine. */
function engineFor({ core, leapTable }: LogHeader) {
  const found = leapTable === undefined ? findLeapSeconds() : undefined;
  return createEngine(core, createEstimator(), leapTable ?? readLeapTable(found?.text, found?.path));
}

function print({ runs, inputs, events, digests, gaps, differences, first, digest }: ReplayReport): void {
  const counted = `${inputs} inputs of ${runs} ${runs === 1 ? 'run' : 'runs'}, ${events} decisions and ${digests} states compared`;
  console.log(`${counted}: ${differences === 0 ? 'all the same' : `${differences} differ`}; final state ${digest}`);
  if (gaps > 0) console.log(`the log lacks ${gaps} lines: the replay cannot agree after them`);
  for (const { line, what, logged, replayed } of first) {
    console.log(`line ${line}, ${what}:\n  logged   ${logged || '(nothing)'}\n  replayed ${replayed || '(nothing)'}`);
  }
}
