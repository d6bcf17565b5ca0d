import { readdirSync, readFileSync } from 'node:fs';
import { until } from './poll.js';

/** Returns the processor time that a process has used, ms. */
export function processorTimeMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Returns the time for which the main thread of a process could have run while others had the processor, ms. */
export function waitedForProcessorMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
}

/** Returns the process ids of the living programs whose command line contains `text`. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => commandLine(name).includes(text))
    .map(Number);
}

/** Resolves when no program has `text` in its command line. */
export async function untilNoneWith(text: string, timeoutMs: number): Promise<void> {
  await until(
    async () => processesWith(text),
    (pids) => pids.length === 0,
    timeoutMs,
  );
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
