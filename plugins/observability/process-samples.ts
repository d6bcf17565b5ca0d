import { readdirSync, readFileSync } from 'node:fs';
import type { MetricSample } from 'timehub/api';

/**
 * Returns the figures of this process under the standard names of Prometheus client libraries ("Writing client libraries",
 * process metrics). Omits figures that /proc does not have.
 */
export function processSamples(): readonly MetricSample[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  return [
    counter('process_cpu_user_seconds_total', 'CPU time spent in user mode.', user / 1e6),
    counter('process_cpu_system_seconds_total', 'CPU time spent in the kernel.', system / 1e6),
    counter('process_cpu_seconds_total', 'CPU time spent in user mode and in the kernel.', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'Unix time at which the process started.', STARTED_S),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('process_virtual_memory_bytes', 'Virtual memory.', virtualOctets(read('/proc/self/status'))),
    gauge('process_open_fds', 'Open file descriptors.', openDescriptors()),
    gauge('process_max_fds', 'Limit of open file descriptors.', descriptorLimit(read('/proc/self/limits'))),
    gauge('nodejs_heap_size_used_bytes', 'Used heap of V8.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Heap that V8 has taken from the system.', heapTotal),
    gauge('nodejs_external_memory_bytes', 'Memory of C++ objects that JavaScript holds.', external),
  ].filter(({ values }) => !Number.isNaN(values[0]!.value));
}

/** Computed when the module is loaded: a later step of the clock must not look like a restart. */
const STARTED_S = Math.round(performance.timeOrigin / 1e3);

const sample =
  (type: 'counter' | 'gauge') =>
  (name: string, help: string, value: number): MetricSample => ({ name, help, type, values: [{ labels: {}, value }] });
const counter = sample('counter');
const gauge = sample('gauge');

/** Returns the text of a file; empty where /proc does not exist. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Does not count the descriptor that reads the folder. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return Number.NaN;
  }
}

/** proc(5): VmSize of /proc/self/status is in KiB. */
const virtualOctets = (status: string): number =>
  Number(/^VmSize:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;

/** proc(5): the soft limit comes first in /proc/self/limits. */
function descriptorLimit(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return Number.NaN;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
