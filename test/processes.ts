import { readdirSync, readFileSync } from 'node:fs';
import { until } from './poll.js';

/** Processor time that a process has used, ms. */
export function processorTimeMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Process ids of the living programs whose command line contains `text`. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => commandLine(name).includes(text))
    .map(Number);
}

/** Waits until no program has `text` in its command line. */
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
