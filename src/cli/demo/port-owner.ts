import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Columns of /proc/net/udp and /proc/net/tcp (proc(5)). */
const LOCAL_ADDRESS = 1;
const INODE = 9;

/**
 * Returns the program that uses a port, such as `chronyd (process 812)`, or undefined: only root sees the processes of other
 * users.
 */
export function portOwner(protocol: 'udp' | 'tcp', port: number): string | undefined {
  const inodes = new Set([`/proc/net/${protocol}`, `/proc/net/${protocol}6`].flatMap((path) => inodesAt(path, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holds(pid, inodes))
      return `${quietly(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), '?')} (process ${pid})`;
  }
  return undefined;
}

function inodesAt(path: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return quietly(() => readFileSync(path, 'utf8'), '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[LOCAL_ADDRESS]?.endsWith(wanted))
    .map((fields) => fields[INODE]!);
}

function holds(pid: string, inodes: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  return quietly(() => readdirSync(folder), []).some((name) => {
    const target = quietly(() => readlinkSync(`${folder}/${name}`), '');
    return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
  });
}

/** Reads a file of /proc, which may be gone or belong to another user. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
