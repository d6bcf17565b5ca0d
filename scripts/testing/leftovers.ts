/**
 * Removes the leftovers of a test run: processes (guests, daemons, peers), network namespaces and folders. All of them carry
 * the id of the process that made them: processes in their environment, the others in their name. So the next run finds those
 * of an interrupted or killed run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Environment variable of every process below a test run: the process id of the run. */
export const MARK = 'TIMEHUB_TEST_RUN';

const NAMESPACES = '/run/netns';
const NAMESPACE = /^timehub-(?:[a-z]+-)?(\d+)(?:-|$)/;
const FOLDER = /^timehub-test-(\d+)-/;

/**
 * Removes all that belongs to this run, to a process of `killed`, or to one that is no longer alive. Returns a line for each
 * thing removed.
 */
export function removeLeftovers(killed: readonly number[] = []): readonly string[] {
  const isOver = ({ owner }: { readonly owner: number }): boolean =>
    owner === process.pid || killed.includes(owner) || isDead(owner);
  const processes = markedProcesses().filter(isOver).map(endProcess);
  const namespaces = namesBelow(NAMESPACES, NAMESPACE).filter(isOver).map(deleteNamespace);
  return [...processes, ...namespaces, ...namesBelow(tmpdir(), FOLDER).filter(isOver).map(deleteFolder)];
}

/** Returns whether a process is dead. A zombie counts as dead. */
const isDead = (pid: number): boolean => !/^\d+ \(.*\) [^ZX]/s.test(read(`/proc/${pid}/stat`));

function markedProcesses(): readonly { readonly pid: number; readonly owner: number }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      const owner = runOf(pid);
      return owner === undefined ? [] : { pid, owner };
    });
}

function runOf(pid: number): number | undefined {
  const entry = read(`/proc/${pid}/environ`)
    .split('\0')
    .find((text) => text.startsWith(`${MARK}=`));
  return entry === undefined ? undefined : Number(entry.slice(MARK.length + 1));
}

function endProcess({ pid }: { readonly pid: number }): string {
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 80);
  kill(pid);
  return `process ${pid} (${command})`;
}

/** Ends the processes of a namespace and deletes it. A guest's processes have no environment; the namespace identifies them. */
function deleteNamespace({ name }: { readonly name: string }): string {
  const { stdout = '' } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter(Boolean)) kill(Number(pid));
  spawnSync('ip', ['netns', 'delete', name]);
  return `network namespace ${name}`;
}

function deleteFolder({ name }: { readonly name: string }): string {
  rmSync(join(tmpdir(), name), { recursive: true, force: true });
  return `folder ${join(tmpdir(), name)}`;
}

function namesBelow(folder: string, pattern: RegExp): readonly { readonly name: string; readonly owner: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const owner = pattern.exec(name)?.[1];
    return owner === undefined ? [] : [{ name, owner: Number(owner) }];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already exited.
  }
}

/** Returns a file of a process, or '' for a process of another user and for one that has just exited. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
